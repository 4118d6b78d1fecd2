// `conduit peers`, `history` and `metrics` in process: what they print, what they ask for, what they refuse.
import { describe, expect, it } from 'vitest';
import type { CountriesReport, CountryRow } from '../lib/contract/countries.ts';
import { ERRORS } from '../lib/contract/errors.ts';
import type { HistoryExportRow } from '../lib/contract/history.ts';
import { readRange } from './range.ts';
import { conduit } from './run-with-fake-agent.ts';

const country = (code: string, connected: number): CountryRow => ({
  code,
  connected,
  connectedMax: null,
  connecting: 0,
  uploadBps: 125_000,
  downloadBps: 1_250_000,
  uploadedBytes: 1_000_000,
  downloadedBytes: 9_000_000,
  clients: null,
  personal: null,
});
const report: CountriesReport = {
  at: 0,
  source: 'stations',
  from: null,
  to: null,
  sources: [
    { source: 'stations', available: true, note: '1 running station of 3 does not report countries.' },
  ],
  foldBelow: 0,
  total: { ...country('IR', 40) },
  rows: [country('IR', 30), country('unknown', 10)],
};
const calls = { 'countries.get': report };

describe('peers', () => {
  it('names each country, its share and its traffic, and whose word it is', async () => {
    const { code, out } = await conduit('peers', { calls });
    expect(code).toBe(0);
    expect(out).toContain('40 users from 2 countries, as the stations report them');
    expect(out).toContain('does not report countries');
    expect(out).toMatch(/IR {2}Iran +30 +75 % +1\.0 Mbit\/s +10\.0 Mbit\/s/);
    expect(out).toMatch(/Unknown +10 +25 %/);
  });

  it('prints the whole answer as JSON', async () => {
    const { out } = await conduit('peers --json', { calls });
    expect(JSON.parse(out)).toEqual(report);
  });

  it('refuses a source that there is not, with the ones there are', async () => {
    const { code, err } = await conduit('peers --source guess', { calls });
    expect(code).toBe(ERRORS.invalid_input.exitCode);
    expect(err).toContain('--source must be stations, tracker or legacy, got guess');
  });
});

const row = (key: string, at: number, connected: number | null): HistoryExportRow => ({
  at,
  bucketSeconds: 60,
  key,
  seconds: connected === null ? 0 : 60,
  connected,
  connectedMax: connected,
  connecting: 0,
  uploadedBytes: 10,
  downloadedBytes: 20,
  clients: null,
});
const events = [row('IR', 60_000, 10), row('RU', 60_000, 40), row('IR', 120_000, null)];

describe('history', () => {
  it('sums each series up over the range, most users first', async () => {
    const { out } = await conduit('history --by country', { events });
    const [head, first, second] = out.split('\n');
    expect(head).toMatch(/^Country +Users +Highest +Up +Down$/);
    expect(first).toMatch(/^Russia +40 +40 /);
    expect(second).toMatch(/^Iran +10 +10 +20 B +40 B$/);
  });

  it('prints every bucket as CSV, empty where nobody looked', async () => {
    const { out } = await conduit('history --by country --csv', { events });
    expect(out.split('\n')).toEqual([
      'time_utc,bucket_seconds,country,name,observed_seconds,users_average,users_highest,connecting_average,bytes_uploaded,bytes_downloaded,clients_of_day',
      '1970-01-01T00:01:00.000Z,60,IR,Iran,60,10,10,0,10,20,',
      '1970-01-01T00:01:00.000Z,60,RU,Russia,60,40,40,0,10,20,',
      '1970-01-01T00:02:00.000Z,60,IR,Iran,0,,,0,10,20,',
    ]);
  });

  it.each([
    ['history --by town', '--by must be total, station or country, got town'],
    ['history --range 7', '--range must be a number and one of m, h, d, w, y'],
    ['history --range 7d --from 2026-01-01', 'do not go together'],
    ['history --from yesterday', '--from must be a time, got yesterday'],
  ])('%s is refused: %s', async (words, message) => {
    const { code, err } = await conduit(words, { events });
    expect(code).toBe(ERRORS.invalid_input.exitCode);
    expect(err).toContain(message);
  });
});

describe('readRange', () => {
  const NOW = Date.UTC(2026, 5, 1);
  it('reads spans and times', () => {
    expect(readRange('x', { range: '90m' }, NOW)).toEqual({ from: NOW - 5_400_000, to: NOW });
    expect(readRange('x', {}, NOW)).toEqual({ from: NOW - 86_400_000, to: NOW });
    expect(readRange('x', { from: '2026-05-01', to: '2026-05-02T12:00Z' }, NOW)).toEqual({
      from: Date.UTC(2026, 4, 1),
      to: Date.UTC(2026, 4, 2, 12),
    });
  });
});

describe('metrics', () => {
  it('prints what a scraper would get, and a token once', async () => {
    const token = 'T'.repeat(43);
    const agent = { calls: { 'metrics.scrape': { text: 'a 1\n' }, 'metrics.createToken': { token } } };
    expect((await conduit('metrics', agent)).out).toBe('a 1');
    expect((await conduit('metrics token', agent)).out).toBe(token);
  });
});

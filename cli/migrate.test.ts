import { describe, expect, it } from 'vitest';
import { ERRORS } from '../lib/contract/errors.ts';
import type { MigrationReport } from '../lib/contract/migration.ts';
import { conduit, job } from './run-with-fake-agent.ts';

const station = {
  station: 1,
  name: 'conduit',
  running: true,
  image: 'ghcr.io/ssmirr/conduit/conduit:latest',
  network: 'host',
  volume: 'conduit-data',
  maxClients: 200,
  bandwidthMbps: -1,
  keyState: 'sound' as const,
  proxyId: 'ABC',
  obstacle: null,
};
const report: MigrationReport = {
  found: true,
  manager: 'conduit-manager 1.x',
  stations: [
    station,
    { ...station, station: 2, name: 'conduit-2', obstacle: 'its key cannot be taken over' },
  ],
  orphans: [],
  traces: [
    { path: '/etc/systemd/system/conduit.service', what: 'starts it with the server', action: 'remove' },
  ],
  settings: null,
  traffic: {
    path: '/opt/conduit/traffic_stats/cumulative_data',
    countries: 3,
    uploadedBytes: 1000,
    downloadedBytes: 2000,
    unmapped: ['Atlantis'],
    mixesKoreas: false,
    months: ['2025-11'],
    monthsWithout: [],
    samples: 4,
    damagedLines: 1,
    addressFiles: [{ path: '/opt/conduit/traffic_stats/cumulative_ips', lines: 12 }],
  },
  notCarried: [{ what: 'messages by Telegram', why: 'this manager sends none yet' }],
  steps: ['Save 1 key', 'Tune the kernel'],
  proposedCount: 40,
  obstacle: null,
  migration: null,
};
const done: MigrationReport['migration'] = {
  id: 'x',
  state: 'migrated',
  startedAt: 0,
  count: 40,
  directory: '/var/lib/conduit/backups/migration/x',
  stations: [{ station: 1, name: 'conduit', proxyId: 'ABC', done: true }],
};
const events = [{ type: 'job', job }];
const startWith = (asked: [string, unknown][]) => asked.find(([name]) => name === 'migration.start')?.[1];

describe('migrate-to-v2', () => {
  it('shows what it would do, and does nothing, with --dry-run', async () => {
    const agent = { calls: { 'migration.get': report } };
    const { code, out, asked } = await conduit('migrate-to-v2 --dry-run', agent);
    expect([code, asked]).toEqual([0, [['migration.get', {}]]]);
    for (const text of ['conduit-manager 1.x', 'becomes station 1, with 200 clients, unlimited', 'Atlantis'])
      expect(out).toContain(text);
    expect(out).toContain('its key cannot be taken over');
    expect(out).toContain('2. Tune the kernel');
    expect(JSON.parse((await conduit('migrate-to-v2 --dry-run --json', agent)).out)).toEqual(report);
  });

  it('asks for the count and for the address files, then for a yes', async () => {
    const answers = ['7', 'y', 'y'];
    const calls = { 'migration.get': report, 'migration.start': { jobId: job.id } };
    const { code, asked } = await conduit(
      'migrate-to-v2',
      { calls, events },
      { ask: async () => answers.shift() ?? '' },
    );
    expect(code).toBe(0);
    expect(startWith(asked)).toEqual({ count: 7, shredAddresses: true });
  });

  it('destroys nothing that nobody agreed to', async () => {
    const calls = { 'migration.get': report, 'migration.start': { jobId: job.id } };
    const { asked } = await conduit('migrate-to-v2 --yes --count 5', { calls, events });
    expect(startWith(asked)).toEqual({ count: 5, shredAddresses: false });
    const answers = ['', '', 'n'];
    const no = await conduit('migrate-to-v2', { calls, events }, { ask: async () => answers.shift() ?? '' });
    expect(no.code).toBe(ERRORS.cancelled.exitCode);
    expect(startWith(no.asked)).toBeUndefined();
  });

  it.each([
    ['migrate-to-v2 --count 0', 'count'],
    ['migrate-to-v2 --image A', 'image'],
    ['migrate-to-v2 --json', '--dry-run'],
  ])('%s is refused', async (words, text) => {
    const { code, err, asked } = await conduit(words, { calls: { 'migration.get': report } });
    expect(code).toBe(ERRORS.invalid_input.exitCode);
    expect(err).toContain(text);
    expect(startWith(asked)).toBeUndefined();
  });

  it('is begun again where the agent was restarted, and is not called done when it never ends', async () => {
    const calls = { 'migration.get': report, 'migration.start': { jobId: job.id } };
    const cut = [{ type: 'job', job: { ...job, state: 'interrupted' } }];
    const { code, out, err, asked } = await conduit('migrate-to-v2 --yes', { calls, events: cut });
    expect(code).toBe(ERRORS.job_failed.exitCode);
    expect(asked.filter(([name]) => name === 'migration.start')).toHaveLength(4);
    expect(err).toContain('going on where it stopped');
    expect(err).toContain('sudo ./conduit migrate-to-v2');
    expect(out).not.toContain('moved');
  });

  it('says what is in the way', async () => {
    const calls = { 'migration.get': { ...report, obstacle: 'None of its stations can be taken over.' } };
    const { code, err } = await conduit('migrate-to-v2 --yes', { calls });
    expect(code).toBe(ERRORS.conflict.exitCode);
    expect(err).toContain('None of its stations');
  });
});

describe('rollback-to-v1', () => {
  it('asks, follows the job, and says whose command `conduit` is now', async () => {
    const calls = {
      'migration.get': { ...report, migration: done },
      'migration.rollBack': { jobId: job.id },
    };
    const { code, out } = await conduit('rollback-to-v1', { calls, events }, { ask: async () => 'y' });
    expect(code).toBe(0);
    expect(out).toContain('1 station of the older manager as before');
    expect(out).toContain('/current/conduit');
  });

  it.each([null, { ...done, state: 'rolled-back' as const }])('needs a migration', async (migration) => {
    const { code, err } = await conduit('rollback-to-v1 --yes', {
      calls: { 'migration.get': { ...report, migration } },
    });
    expect(code).toBe(ERRORS.not_found.exitCode);
    expect(err).toContain('no migration');
  });
});

import { describe, expect, it } from 'vitest';
import type { CountryRow } from '../../lib/contract/countries.ts';
import { formatUsers, shadeEdges, shadeOf, viewCountries } from './country-words.ts';

const row = (code: string, connected: number, bytes: number): CountryRow => ({
  code,
  connected,
  connectedMax: null,
  connecting: 0,
  uploadBps: 0,
  downloadBps: 0,
  uploadedBytes: bytes,
  downloadedBytes: 0,
  clients: null,
  personal: null,
});
const rows = [row('IR', 30, 5), row('AE', 10, 50), row('unknown', 20, 1)];
const view = { search: '', sort: 'users' as const, descending: true };

describe('viewCountries', () => {
  it('sorts by what is asked, and finds by name or code', () => {
    const codes = (change: Partial<Parameters<typeof viewCountries>[1]>) =>
      viewCountries(rows, { ...view, ...change }).map(({ code }) => code);
    expect(codes({})).toEqual(['IR', 'unknown', 'AE']);
    expect(codes({ sort: 'traffic' })).toEqual(['AE', 'IR', 'unknown']);
    expect(codes({ sort: 'name', descending: false })).toEqual(['IR', 'AE', 'unknown']);
    expect(codes({ search: 'emirates' })).toEqual(['AE']);
    expect(codes({ search: 'ir' })).toEqual(['IR', 'AE'].filter((code) => code === 'IR' || code === 'AE'));
  });
});

describe('shadeOf', () => {
  it('gives the largest the deepest shade, nothing none, and everybody else something', () => {
    expect([0, 1, 500, 1000].map((value) => shadeOf(value, 1000))).toEqual([0, 1, 4, 5]);
    expect(shadeOf(5, 0)).toBe(0);
  });

  it('agrees with the edges of the legend', () => {
    const edges = shadeEdges(40_000);
    expect(edges.map((edge) => shadeOf(edge + 0.001, 40_000))).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('formatUsers', () => {
  it('does not round small averages away', () => {
    expect([0, 0.02, 0.4, 7, 12.4].map(formatUsers)).toEqual(['0', '< 0.1', '0.4', '7', '12']);
  });
});

import { describe, expect, it } from 'vitest';
import type { CountriesReport, TrackerState } from '../../lib/contract/countries.ts';
import { emptyEntry } from '../../lib/history/frame.ts';
import { exampleSnapshot } from '../../test/fixtures/snapshot.ts';
import { toExposition } from './exposition.ts';
import { inOrder, rangeRows } from './rows.ts';

/** Bytes and the most clients of one day by country, as the tracker has them. */
function exposed(countries: Record<string, { bytes: number; clients: number }>, foldBelow: number): string[] {
  const entries = Object.entries(countries).map(
    ([code, { bytes, clients }]) => [code, { ...emptyEntry(0), uploadedBytes: bytes, clients }] as const,
  );
  const total = {
    ...emptyEntry(0),
    uploadedBytes: entries.reduce((sum, [, one]) => sum + one.uploadedBytes, 0),
  };
  const rows = rangeRows('tracker', { seconds: 1, countries: new Map(entries), personal: new Map(), total });
  const report = { source: 'tracker', ...inOrder(rows, foldBelow) } as CountriesReport;
  const text = toExposition({
    version: '1',
    snapshot: exampleSnapshot,
    fleetBytes: { uploaded: 0, downloaded: 0 },
    countries: [{ now: { ...report, rows: [] }, ever: report }],
    tracker: {
      settings: { capture: 'kernel' },
      state: 'running',
      packets: 0,
      droppedPackets: 0,
    } as TrackerState,
    history: { databaseBytes: 0, problem: null },
  });
  return text.split('\n').filter((line) => /countr\w+_bytes_total\{.*direction="up"/.test(line));
}

describe('toExposition', () => {
  it('has no counter of bytes that falls when a country gets a name of its own', () => {
    const before = exposed({ IR: { bytes: 900, clients: 9 }, DE: { bytes: 50, clients: 4 } }, 5);
    const after = exposed({ IR: { bytes: 900, clients: 9 }, DE: { bytes: 60, clients: 5 } }, 5);
    const valuesOf = (lines: string[]) =>
      new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
    for (const [name, value] of valuesOf(before))
      expect(valuesOf(after).get(name), name).toBeGreaterThanOrEqual(value);
    expect(before.join()).not.toContain('DE');
    expect(before).toContain('conduit_cluster_countries_bytes_total{source="tracker",direction="up"} 950');
    expect(after.join()).toContain('country="DE"');
  });
});

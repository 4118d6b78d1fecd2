import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countryKey } from './country-key.ts';
import type { Entry, Frame, FrameSource } from './frame.ts';
import { createRecorder, type Observation } from './recorder.ts';

const station = (change: Partial<Observation> & { station: number }): Observation => ({
  known: true,
  connected: 0,
  connecting: 0,
  running: true,
  counter: null,
  regions: null,
  ...change,
});
const recorder = () => createRecorder({ counters: [], watchedSinceMs: 0, maxGapMs: 15_000 });

type Row = Entry & { at: number };

/** Frames of a run of samples, the last bucket included. */
function recordFrames(samples: [atMs: number, stations: Observation[]][]): Frame[] {
  const it = recorder();
  const frames = samples.flatMap(([atMs, stations]) => it.observe(atMs, stations)?.frames ?? []);
  return [...frames, ...(it.close()?.frames ?? [])];
}
const rowsOf = (frames: Frame[], source: FrameSource): Row[] =>
  frames
    .filter((frame) => frame.source === source)
    .flatMap(({ at, entries }) => entries.map((entry) => ({ at, ...entry })));
const record = (samples: [atMs: number, stations: Observation[]][]) =>
  rowsOf(recordFrames(samples), 'stations');
const brief = (rows: Row[], key: number) =>
  rows
    .filter((row) => row.key === key)
    .map(({ at, seconds, connectedSeconds, connectedMax }) => [at, seconds, connectedSeconds, connectedMax]);

describe('createRecorder', () => {
  it('divides an interval at the edge of a bucket', () => {
    const rows = record([
      [0, [station({ station: 1, connected: 10 })]],
      [8000, [station({ station: 1, connected: 20 })]],
      [13_000, [station({ station: 1, connected: 0 })]],
      [20_000, [station({ station: 1, connected: 0 })]],
    ]);
    expect(brief(rows, 1)).toEqual([
      [0, 10, 120, 20],
      [10, 10, 60, 20],
      [20, 0, 0, 0],
    ]);
  });

  it('leaves a gap while a station does not answer, and after a long silence', () => {
    const rows = record([
      [0, [station({ station: 1, connected: 5 }), station({ station: 2, connected: 1 })]],
      [5000, [station({ station: 1, known: false }), station({ station: 2, connected: 1 })]],
      [10_000, [station({ station: 1, connected: 5 }), station({ station: 2, connected: 1 })]],
      [100_000, [station({ station: 1, connected: 5 }), station({ station: 2, connected: 1 })]],
    ]);
    expect(brief(rows, 1)).toEqual([
      [0, 5, 25, 5],
      [10, 0, 0, 5],
      [100, 0, 0, 5],
    ]);
    expect(brief(rows, 0)[0]).toEqual([0, 10, 35, 6]);
  });

  it('shows an empty fleet as zero, and a fleet of which nothing answers as a gap', () => {
    expect(
      brief(
        record([
          [0, []],
          [10_000, []],
        ]),
        0,
      )[0],
    ).toEqual([0, 10, 0, 0]);
    const silent = [station({ station: 1, known: false })];
    expect(
      brief(
        record([
          [0, silent],
          [10_000, silent],
        ]),
        0,
      )[0],
    ).toEqual([0, 0, 0, 0]);
  });

  it('keeps what it gathered where it was when the clock is set back', () => {
    const rows = record([
      [100_000, [station({ station: 1, connected: 3 })]],
      [104_000, [station({ station: 1, connected: 3 })]],
      [50_000, [station({ station: 1, connected: 3 })]],
      [52_000, [station({ station: 1, connected: 3 })]],
    ]);
    expect(brief(rows, 1)).toEqual([
      [100, 4, 12, 3],
      [50, 2, 6, 3],
    ]);
  });

  it('makes the fleet the exact sum of its stations, whatever the moments of the samples', () => {
    const sample = fc.tuple(
      fc.integer({ min: 500, max: 14_000 }),
      fc.array(fc.nat(900), { minLength: 3, maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(sample, { minLength: 2, maxLength: 40 }), (steps) => {
        let atMs = 1_000_000;
        const samples = steps.map(([ms, counts]): [number, Observation[]] => {
          atMs += ms;
          return [atMs, counts.map((connected, i) => station({ station: i + 1, connected, connecting: 1 }))];
        });
        const rows = record(samples);
        for (const fleet of rows.filter(({ key }) => key === 0)) {
          const parts = rows.filter(({ at, key }) => at === fleet.at && key > 0);
          expect(parts.reduce((sum, part) => sum + part.connectedSeconds, 0)).toBe(fleet.connectedSeconds);
          expect(parts.reduce((sum, part) => sum + part.runningSeconds, 0)).toBe(fleet.runningSeconds);
          expect(fleet.connectedSeconds).toBeLessThanOrEqual(fleet.connectedMax * fleet.seconds + 3);
        }
      }),
    );
  });

  it('adds the countries of all stations up, and leaves a gap while none reports them', () => {
    const iran = countryKey('IR');
    const users = (connected: number) => [{ key: iran, connected, connecting: 1 }];
    const frames = recordFrames([
      [0, [station({ station: 1, regions: users(10) }), station({ station: 2, regions: users(5) })]],
      [10_000, [station({ station: 1, regions: users(20) }), station({ station: 2, known: false })]],
      [20_000, [station({ station: 1, regions: null })]],
      [30_000, [station({ station: 1, regions: null })]],
    ]);
    expect(brief(rowsOf(frames, 'regions'), iran)).toEqual([
      [0, 10, 150, 15],
      [10, 10, 200, 20],
    ]);
    expect(frames.filter(({ source, at }) => source === 'regions' && at === 20)).toEqual([]);
  });
});

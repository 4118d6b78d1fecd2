import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planQuery } from '../lib/history/query.ts';
import { createRecorder, type Observation } from '../lib/history/recorder.ts';
import type { HistoryRow } from '../lib/history/row.ts';
import { openTestDatabase } from '../test/harness/database.ts';
import { type HistoryStore, openHistoryStore } from './history.ts';

/** A minute and a day that nothing else depends on. */
const START = 1_780_000_020;

const row = (change: Partial<HistoryRow>): HistoryRow => ({
  series: 0,
  at: START,
  seconds: 10,
  connectedSeconds: 100,
  connectedMax: 12,
  connectingSeconds: 10,
  runningSeconds: 30,
  uploadedBytes: 1000,
  downloadedBytes: 2000,
  ...change,
});
const fill = (store: HistoryStore, rows: HistoryRow[]) => store.record([{ rows, counters: [] }]);
const minutesOf = (store: HistoryStore, series: number, from: number, to: number) =>
  store.read({ series, tier: 'minute', bucketSeconds: 60, from, to }, to);

/** What a roll-up has to come to, computed the slow way. */
function byMinute(rows: HistoryRow[], series: number): HistoryRow[] {
  const minutes = new Map<number, HistoryRow>();
  for (const one of rows.filter((each) => each.series === series)) {
    const at = one.at - (one.at % 60);
    const sum = minutes.get(at);
    if (sum === undefined) minutes.set(at, { ...one, at });
    else {
      sum.connectedMax = Math.max(sum.connectedMax, one.connectedMax);
      for (const key of [
        'seconds',
        'connectedSeconds',
        'connectingSeconds',
        'runningSeconds',
        'uploadedBytes',
        'downloadedBytes',
      ] as const)
        sum[key] += one[key];
    }
  }
  return [...minutes.values()].sort((a, b) => a.at - b.at);
}

const randomRows = fc.uniqueArray(
  fc.record({
    series: fc.nat(2),
    at: fc.nat(59).map((n) => START + n * 10),
    seconds: fc.nat(10),
    connectedSeconds: fc.nat(10_000),
    connectedMax: fc.nat(1000),
    connectingSeconds: fc.nat(1000),
    runningSeconds: fc.nat(400),
    uploadedBytes: fc.nat(1e12),
    downloadedBytes: fc.nat(1e12),
  }),
  { selector: ({ series, at }) => `${series}:${at}`, maxLength: 150 },
);

describe('history at rest', () => {
  it('rolls up to exactly what the raw rows come to, however often it is done', () => {
    fc.assert(
      fc.property(randomRows, fc.integer({ min: 1, max: 4 }), (rows, times) => {
        const db = openTestDatabase();
        const store = openHistoryStore(db);
        fill(store, rows);
        for (let i = 0; i < times; i++) store.rollUp(START, START + 600);
        store.catchUp(START + 600);
        for (const series of [0, 1, 2])
          expect(minutesOf(store, series, START, START + 600)).toEqual(byMinute(rows, series));
        db.$client.close();
      }),
      { numRuns: 30 },
    );
  });

  it('shows the minute that is still open from its 10-second rows', () => {
    const store = openHistoryStore(openTestDatabase());
    fill(store, [row({}), row({ at: START + 60, connectedSeconds: 300 })]);
    store.rollUp(START, START + 60);
    const minutes = minutesOf(store, 0, START, START + 120);
    expect(minutes.map(({ at, connectedSeconds }) => [at, connectedSeconds])).toEqual([
      [START, 100],
      [START + 60, 300],
    ]);
  });

  it('adds to a bucket that was closed early', () => {
    const store = openHistoryStore(openTestDatabase());
    fill(store, [row({ seconds: 4, connectedSeconds: 40 })]);
    fill(store, [row({ seconds: 6, connectedSeconds: 60, connectedMax: 5 })]);
    const plan = { series: 0, tier: 'fine', bucketSeconds: 10, from: START, to: START + 10 } as const;
    expect(store.read(plan, START + 10)).toEqual([
      row({ uploadedBytes: 2000, downloadedBytes: 4000, runningSeconds: 60, connectingSeconds: 20 }),
    ]);
  });

  it('forgets 10-second rows after a day and minutes after a fortnight, and never thins what is left', () => {
    const store = openHistoryStore(openTestDatabase());
    const day = 24 * 3600;
    const ats = [0, 13 * day, 15 * day - 60, 15 * day].map((offset) => START + offset);
    fill(
      store,
      ats.flatMap((at) => [row({ at }), row({ at, series: 40 })]),
    );
    const now = START + 15 * day;
    store.catchUp(now);
    // A call forgets an hour of a series at most.
    for (let i = 0; i < 3; i++) store.prune(now);
    // A clock that is set back far, and a roll-up of a minute whose raw rows are gone.
    fill(store, [row({ at: START + 13 * day, seconds: 2, connectedSeconds: 2 })]);
    store.rollUp(START + 13 * day, START + 13 * day + 60);
    const left = minutesOf(store, 0, START, now + 60);
    expect(left.map(({ at, connectedSeconds }) => [at - START, connectedSeconds])).toEqual([
      [13 * day, 100],
      [15 * day - 60, 100],
      [15 * day, 100],
    ]);
    expect(minutesOf(store, 40, START, now).map(({ at }) => at - START)).toEqual([13 * day, 15 * day - 60]);
  });
});

/** A world of three stations whose every byte is known, watched by agents that come and go. */
type Step =
  | { what: 'move'; station: number; bytes: number }
  | { what: 'restart'; station: number }
  | { what: 'crash' }
  | { what: 'stop' }
  | { what: 'wait' };
const steps = fc.array(
  fc.oneof(
    fc.record({ what: fc.constant('move' as const), station: fc.nat(2), bytes: fc.nat(1e9) }),
    fc.record({ what: fc.constant('restart' as const), station: fc.nat(2) }),
    fc.record({ what: fc.constantFrom('crash' as const, 'stop' as const, 'wait' as const) }),
  ),
  { maxLength: 120 },
);

function playOut(script: Step[]): { truth: number; recorded: number } {
  const store = openHistoryStore(openTestDatabase());
  let nowMs = START * 1000;
  let truth = 0;
  const processes = [0, 1, 2].map(() => ({ startedAtMs: nowMs, bytes: 0 }));
  const begin = () =>
    createRecorder({
      counters: store.counters(),
      watchedSinceMs: (store.oldest() ?? START) * 1000,
      maxGapMs: 15_000,
    });
  let agent = begin();
  const look = () => {
    nowMs += 2000;
    const sample = processes.map(
      ({ startedAtMs, bytes }, i): Observation => ({
        station: i + 1,
        known: true,
        connected: 0,
        connecting: 0,
        running: true,
        counter: {
          epoch: `c:${startedAtMs}`,
          startedAtMs,
          processStartSeconds: startedAtMs / 1000,
          uploadedBytes: bytes,
          downloadedBytes: 0,
        },
      }),
    );
    const recording = agent.observe(nowMs, sample);
    if (recording !== null) store.record([recording]);
  };
  const stop = () => {
    const recording = agent.close();
    if (recording !== null) store.record([recording]);
  };
  for (const step of script) {
    if (step.what === 'move') {
      truth += step.bytes;
      const process = processes[step.station];
      if (process !== undefined) process.bytes += step.bytes;
    } else if (step.what === 'restart') {
      // What nobody saw before the end of a process is lost; everything else must be there.
      look();
      processes[step.station] = { startedAtMs: nowMs + 1, bytes: 0 };
    } else if (step.what !== 'wait') {
      if (step.what === 'stop') stop();
      nowMs += 3000;
      agent = begin();
    }
    look();
  }
  look();
  stop();
  const all = store.read({ series: 0, tier: 'fine', bucketSeconds: 10, from: 0, to: 2 * START }, START);
  return { truth, recorded: all.reduce((sum, { uploadedBytes }) => sum + uploadedBytes, 0) };
}

describe('bytes over restarts of stations and of the agent', () => {
  it('come to exactly what was moved', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const { truth, recorded } = playOut(script);
        expect(recorded).toBe(truth);
      }),
      { numRuns: 60 },
    );
  });
});

describe('size and speed', () => {
  it('answers any range of a fortnight of minutes within its budget', () => {
    const store = openHistoryStore(openTestDatabase());
    const rows = Array.from({ length: 14 * 24 * 60 }, (_, i) => row({ at: START + i * 60 }));
    fill(store, rows);
    const now = START + 14 * 24 * 3600;
    store.catchUp(now);
    const plan = planQuery({ from: START * 1000, to: now * 1000, maxPoints: 600 }, now * 1000);
    const begun = performance.now();
    expect(store.read(plan, now).length).toBeGreaterThan(300);
    expect(performance.now() - begun).toBeLessThan(50);
  });
});

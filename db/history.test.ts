import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerSeries, wantStation } from '../lib/history/answers.ts';
import { createFrameReader, type Entry, type Frame, type FrameSource } from '../lib/history/frame.ts';
import { planRange } from '../lib/history/query.ts';
import { createRecorder, type Observation } from '../lib/history/recorder.ts';
import { TIERS } from '../lib/history/tiers.ts';
import { openTestDatabase } from '../test/harness/database.ts';
import { type HistoryStore, openHistoryStore } from './history.ts';

/** A midnight that nothing else depends on. */
const START = 1_779_926_400;
const DAY = 86_400;

const entry = (change: Partial<Entry> = {}): Entry => ({
  key: 0,
  seconds: 10,
  connectedSeconds: 100,
  connectedMax: 12,
  connectingSeconds: 10,
  runningSeconds: 30,
  uploadedBytes: 1000,
  downloadedBytes: 2000,
  clients: 0,
  ...change,
});
const frame = (at: number, entries: Entry[] = [entry()], source: FrameSource = 'stations'): Frame => ({
  source,
  at,
  seconds: entries[0]?.seconds ?? 10,
  entries,
});
const fill = (store: HistoryStore, frames: Frame[]) => store.record([{ frames, counters: [] }]);
const reader = createFrameReader();
const FINE = 0;
const MINUTE = 1;

function readAll(
  store: HistoryStore,
  {
    tier = FINE,
    from = START,
    to = START + DAY,
    source = 'stations',
    now = to,
  }: { tier?: number; from?: number; to?: number; source?: FrameSource; now?: number },
): { at: number; seconds: number; entries: Entry[] }[] {
  const frames: { at: number; bytes: Uint8Array }[] = [];
  store.scan({ tier, source, from, to }, now, (at, bytes) => frames.push({ at, bytes }));
  return frames.map(({ at, bytes }) => {
    const entries: Entry[] = [];
    const seconds = reader.read(bytes, (one) => entries.push({ ...one }));
    return { at, seconds, entries };
  });
}
const uploaded = (frames: { at: number; entries: Entry[] }[]) =>
  frames.map(({ at, entries }) => [at - START, entries.reduce((sum, one) => sum + one.uploadedBytes, 0)]);

const randomFrames = fc.uniqueArray(
  fc.record({
    at: fc.nat(2000).map((n) => START + n * 10),
    source: fc.constantFrom<FrameSource>('stations', 'regions', 'tracker'),
    bytes: fc.nat(1e12),
    peak: fc.nat(1000),
  }),
  { selector: ({ source, at }) => `${source}:${at}`, maxLength: 60 },
);

describe('history at rest', () => {
  it('holds the same sums and maxima in every tier, however often it is rolled up', () => {
    fc.assert(
      fc.property(randomFrames, fc.integer({ min: 1, max: 3 }), (list, times) => {
        const db = openTestDatabase();
        const store = openHistoryStore(db);
        fill(
          store,
          list.map(({ at, source, bytes, peak }) =>
            frame(at, [entry({ key: 3, uploadedBytes: bytes, connectedMax: peak })], source),
          ),
        );
        const now = START + 2 * DAY;
        for (let i = 0; i < times; i++) store.rollUp(START, START + DAY, now);
        store.catchUp(now);
        for (const source of ['stations', 'regions', 'tracker'] as const) {
          const mine = list.filter((one) => one.source === source);
          for (let tier = 0; tier < TIERS.length; tier++) {
            const entries = readAll(store, { tier, source, now }).flatMap((one) => one.entries);
            const sum = entries.reduce((total, one) => total + one.uploadedBytes, 0);
            expect(sum).toBe(mine.reduce((total, { bytes }) => total + bytes, 0));
            const most = Math.max(0, ...entries.map(({ connectedMax }) => connectedMax));
            expect(most).toBe(Math.max(0, ...mine.map(({ peak }) => peak)));
          }
        }
        db.$client.close();
      }),
      { numRuns: 25 },
    );
  });

  it('reads what is not rolled up yet from the finer tiers', () => {
    const store = openHistoryStore(openTestDatabase());
    const hours = Array.from({ length: 27 * 360 }, (_, i) => frame(START + i * 10));
    fill(store, hours);
    const now = START + 27 * 3600;
    store.catchUp(now - 50);
    for (let tier = 0; tier < TIERS.length; tier++) {
      const width = TIERS[tier]?.width ?? 1;
      const frames = readAll(store, { tier, to: START + Math.ceil((27 * 3600) / width) * width, now });
      expect(frames.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(27 * 3600);
    }
  });

  it('adds to a bucket that was closed early', () => {
    const store = openHistoryStore(openTestDatabase());
    fill(store, [frame(START, [entry({ seconds: 4, connectedSeconds: 40 })])]);
    fill(store, [frame(START, [entry({ seconds: 6, connectedSeconds: 60, connectedMax: 5 })])]);
    const sum = { uploadedBytes: 2000, downloadedBytes: 4000, runningSeconds: 60, connectingSeconds: 20 };
    expect(readAll(store, {})).toEqual([{ at: START, seconds: 10, entries: [entry(sum)] }]);
  });

  it('rolls a quarter of an hour up although its last minute comes late', () => {
    const store = openHistoryStore(openTestDatabase());
    fill(store, [frame(START + 600)]);
    store.rollUp(START + 600, START + 660, START + 660);
    fill(store, [frame(START + 840)]);
    store.rollUp(START + 840, START + 900, START + 900);
    fill(store, [frame(START + 840, [entry()], 'tracker'), frame(START + 900)]);
    store.rollUp(START + 840, START + 960, START + 960);
    const quarter = (source: FrameSource) =>
      uploaded(readAll(store, { tier: 2, source, to: START + 900, now: START + 960 }));
    expect(quarter('stations')).toEqual([[0, 2000]]);
    expect(quarter('tracker')).toEqual([[0, 1000]]);
  });

  it('forgets each tier when its time is over, and never thins what is left', () => {
    const store = openHistoryStore(openTestDatabase());
    const ats = [0, 13 * DAY, 15 * DAY - 60, 15 * DAY].map((offset) => START + offset);
    fill(
      store,
      ats.map((at) => frame(at)),
    );
    const now = START + 15 * DAY;
    store.catchUp(now);
    store.prune(now, 1e9);
    const kept = (tier: number) =>
      uploaded(readAll(store, { tier, to: now + DAY, now })).map(([at = 0]) => at / DAY);
    expect(readAll(store, { to: now + DAY }).map(({ at }) => at)).toEqual(ats.slice(2));
    // A clock that is set back far, and a roll-up of a minute whose raw frames are gone.
    fill(store, [frame(START + 13 * DAY, [entry({ seconds: 2, uploadedBytes: 1 })])]);
    store.rollUp(START + 13 * DAY, START + 13 * DAY + 60, now);
    expect(uploaded(readAll(store, { tier: MINUTE, to: now, now }))[0]).toEqual([13 * DAY, 1000]);
    expect(kept(4)).toEqual([0, 13, 14, 15]);
  });

  it('lets the finest go first when there is no room, and never the days', () => {
    const store = openHistoryStore(openTestDatabase());
    fill(
      store,
      Array.from({ length: 2 * 360 }, (_, i) => frame(START + i * 10)),
    );
    const now = START + 7200;
    store.catchUp(now);
    const [fine = 0, minutes = 0] = store.size().tiers.map(({ buckets }) => buckets);
    expect(store.prune(now, 1)).toEqual({ early: true });
    const left = store.size().tiers.map(({ buckets }) => buckets);
    expect(left[0]).toBeLessThan(fine);
    expect(left[1]).toBe(minutes);
    for (let i = 0; i < 20; i++) store.prune(now, 1);
    // The last hour stays, however small the room.
    expect(store.size().tiers[0]?.buckets).toBe(360);
    expect(store.prune(now, 1e9)).toEqual({ early: false });
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

function playOut(script: Step[]): { truth: number; recorded: number; ofCountry: number } {
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
        regions: [{ key: 2, connected: 0, connecting: 0 }],
        counter: {
          epoch: `c:${startedAtMs}`,
          startedAtMs,
          processStartSeconds: startedAtMs / 1000,
          uploadedBytes: bytes,
          downloadedBytes: 0,
          regions: [{ key: 2, uploadedBytes: bytes, downloadedBytes: 0 }],
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
  const sumOf = (source: FrameSource, key: number) =>
    readAll(store, { source, from: 0, to: 2 * START })
      .flatMap(({ entries }) => entries)
      .reduce((sum, one) => sum + (one.key === key ? one.uploadedBytes : 0), 0);
  return { truth, recorded: sumOf('stations', 0), ofCountry: sumOf('regions', 2) };
}

describe('bytes over restarts of stations and of the agent', () => {
  it('come to exactly what was moved', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const { truth, recorded, ofCountry } = playOut(script);
        expect(recorded).toBe(truth);
        expect(ofCountry).toBe(truth);
      }),
      { numRuns: 60 },
    );
  });
});

describe('an answer', () => {
  it('weighs by the seconds observed and leaves gaps null', () => {
    const store = openHistoryStore(openTestDatabase());
    fill(store, [
      frame(START + 20, [entry({ seconds: 5, connectedSeconds: 50, runningSeconds: 15 })]),
      frame(START + 30, [entry({ seconds: 0, connectedSeconds: 0, uploadedBytes: 7 })]),
    ]);
    const now = START + 40;
    const plan = planRange({ from: START * 1000, to: now * 1000, maxPoints: 600 }, now * 1000);
    const answer = answerSeries(plan, 'stations', wantStation(0), reader);
    store.scan({ ...plan, source: 'stations' }, now, answer.take);
    const series = answer.done();
    expect(series.t).toEqual([0, 10, 20, 30].map((offset) => (START + offset) * 1000));
    expect(series.connected).toEqual([null, null, 10, null]);
    expect(series.stationsRunning).toEqual([null, null, 3, null]);
    expect(series.uploadedBytes).toEqual([null, null, 1000, 7]);
    expect(series.clients).toEqual([null, null, null, null]);
  });
});

/** A year of forty stations and two hundred countries: its size, what a tick costs to write, and what charts cost to read. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createHistoryWriter } from '../agent/live/history-writer.ts';
import { createPast, type Past } from '../agent/live/past.ts';
import { openHistoryStore } from '../db/history.ts';
import { type Db, openDatabase } from '../db/open.ts';
import { type Frame, frameKey, packFrame } from '../lib/history/frame.ts';
import { TIERS } from '../lib/history/tiers.ts';
import { rounded, STATIONS, say } from './fleet.ts';
import { COUNTRIES, countriesFrame, judgedFleet, stationsFrame, trackerWindow } from './history-world.ts';

/** Ten minutes before midnight, so that writing goes over the edge of every tier. */
const END = Date.UTC(2026, 5, 1, 23, 50) / 1000;
const DAY = 86_400;
const YEAR = 365 * DAY;
const TICK_SECONDS = 2;
const WRITTEN_SECONDS = 1200;
const ROUNDS = 5;

export async function history(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'conduit-bench-history-'));
  try {
    const plain = await fillYear(join(folder, 'plain.db'), false);
    plain.db.$client.close();
    say(
      `A year of ${STATIONS} stations and of ${COUNTRIES.length} countries as they report them: ${rounded(plain.megabytes)} MB.`,
    );
    const { db, megabytes } = await fillYear(join(folder, 'tracked.db'), true);
    say(
      `With the same countries by the tracker as well, which all that follows has: ${rounded(megabytes)} MB.`,
    );
    const write = writeTicks(db);
    say(
      `Writing: ${rounded(write.mean)} ms a tick on average, p95 ${rounded(write.p95)} ms, most ${rounded(write.most)} ms (every tier rolled up, a day forgotten).`,
    );
    const read = readCharts(db);
    for (const [name, ms] of read.slowest) say(`  ${rounded(ms)} ms: ${name}`);
    say(`Reading: p50 ${rounded(read.p50)} ms, p95 ${rounded(read.p95)} ms over ${read.count} answers.`);
    db.$client.close();
    return {
      megabytes: rounded(plain.megabytes),
      megabytesTracked: rounded(megabytes),
      writeMs: rounded(write.p95),
      writeMeanMs: rounded(write.mean),
      writeMostMs: rounded(write.most),
      p50: rounded(read.p50),
      p95: rounded(read.p95),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every tier as full as it is after a year, in the order of time, as roll-ups leave it. */
async function fillYear(file: string, tracked: boolean): Promise<{ db: Db; megabytes: number }> {
  const db = openDatabase(file, join(import.meta.dirname, '../db/migrations'));
  for (const { table, width, keep } of TIERS) {
    const put = db.$client.prepare(`INSERT INTO ${table} (key, frame) VALUES (?, ?)`);
    const from = Math.ceil((END - Math.min(keep ?? YEAR, YEAR)) / width) * width;
    const store = (frame: Frame) => put.run(frameKey(frame.at, frame.source), packFrame(frame));
    const fill = db.$client.transaction(() => {
      for (let at = from; at + width <= END; at += width) {
        store(stationsFrame(at, width));
        store(countriesFrame(at, width, false));
        if (tracked) store(countriesFrame(at, width, true));
      }
    });
    fill();
  }
  db.$client.pragma('wal_checkpoint(TRUNCATE)');
  return { db, megabytes: (await stat(file)).size / 1e6 };
}

/** The agent's own writer through twenty minutes, a midnight among them. */
function writeTicks(db: Db) {
  let nowMs = END * 1000;
  const writer = createHistoryWriter({
    store: openHistoryStore(db),
    log: pino({ level: 'silent' }),
    now: () => nowMs,
    tickMs: TICK_SECONDS * 1000,
    maxBytes: () => 1e9,
  });
  const costs: number[] = [];
  for (let elapsed = 0; elapsed <= WRITTEN_SECONDS; elapsed += TICK_SECONDS) {
    nowMs = (END + elapsed) * 1000;
    const stations = judgedFleet(elapsed);
    const window = elapsed > 0 && elapsed % 10 === 0 ? trackerWindow(nowMs - 10_000, nowMs) : null;
    const begun = performance.now();
    writer.observe(nowMs, stations);
    if (window !== null) writer.observeTracker(window);
    // The first tick reads what an earlier run left; it is not one of many.
    if (elapsed > 0) costs.push(performance.now() - begun);
  }
  writer.close();
  return {
    mean: costs.reduce((sum, one) => sum + one, 0) / costs.length,
    p95: quantile(costs, 0.95),
    most: Math.max(...costs),
  };
}

function readCharts(db: Db) {
  const nowMs = (END + WRITTEN_SECONDS) * 1000;
  const past = createPast({ store: openHistoryStore(db), now: () => nowMs, foldBelow: () => 0 });
  const costs: { name: string; ms: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, ask] of questions(past, nowMs)) {
      const begun = performance.now();
      ask();
      costs.push({ name, ms: performance.now() - begun });
    }
  }
  const all = costs.map(({ ms }) => ms);
  const slowest = costs
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, 5)
    .map(({ name, ms }) => [name, ms] as const);
  return { p50: quantile(all, 0.5), p95: quantile(all, 0.95), count: all.length, slowest };
}

const RANGES = { '1 h': 3600, '24 h': DAY, '7 d': 7 * DAY, '30 d': 30 * DAY, '90 d': 90 * DAY, '1 y': YEAR };

/** Every chart and table of the pages, over every range they offer. */
function questions(past: Past, to: number): [name: string, ask: () => unknown][] {
  return Object.entries(RANGES).flatMap(([name, seconds]): [string, () => unknown][] => {
    const range = { from: to - seconds * 1000, to };
    const points = { ...range, maxPoints: 600 };
    const lines = { ...points, top: 8 };
    return [
      [`fleet, ${name}`, () => past.series(points)],
      [`station 7, ${name}`, () => past.series({ ...points, station: 7 })],
      [`one country, ${name}`, () => past.series({ ...points, country: 'IR', source: 'stations' })],
      [
        `users by country, ${name}`,
        () => past.lines({ ...lines, by: 'country', source: 'stations', measure: 'users' }),
      ],
      [
        `traffic by country, tracker, ${name}`,
        () => past.lines({ ...lines, by: 'country', source: 'tracker', measure: 'traffic' }),
      ],
      [
        `users by station, ${name}`,
        () => past.lines({ ...lines, by: 'station', source: 'stations', measure: 'users' }),
      ],
      [`countries, ${name}`, () => past.countries('stations', range)],
      [`countries by the tracker, ${name}`, () => past.countries('tracker', range)],
    ];
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

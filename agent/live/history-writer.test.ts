import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { openHistoryStore } from '../../db/history.ts';
import { openTestDatabase } from '../../test/harness/database.ts';
import { reading, runtime } from './fixtures.ts';
import { createHistoryWriter } from './history-writer.ts';
import { createPast } from './past.ts';
import { judgeStations } from './snapshot.ts';
import { createTrack, followRuntime, takeReading } from './station-track.ts';

/** A whole minute. */
const START = 1_780_000_020_000;
const STARTED = START - 5000;

function setUp() {
  const db = openTestDatabase();
  const clock = { nowMs: START };
  const open = () =>
    createHistoryWriter({
      store: openHistoryStore(db),
      log: pino({ level: 'silent' }),
      now: () => clock.nowMs,
      tickMs: 2000,
      maxBytes: () => 1e9,
    });
  let writer = open();
  const now = () => clock.nowMs;
  const past = createPast({ store: openHistoryStore(db), now, foldBelow: () => 0 });
  const one = runtime({ startedAtMs: STARTED });
  const track = createTrack(one);
  followRuntime(track, one, START);
  return {
    db,
    clock,
    sample(connected: number, uploadedBytes: number) {
      takeReading(track, reading({ connected, uploadedBytes, downloadedBytes: 0 }), clock.nowMs, clock.nowMs);
      writer.observe(clock.nowMs, judgeStations([track], clock.nowMs, new Map()));
      clock.nowMs += 2000;
    },
    query: (from: number, to: number, maxPoints = 600) => past.series({ from, to, maxPoints }),
    tracker(from: number) {
      const moved = { uploadedBytes: 1, downloadedBytes: 1, active: 1, clientsToday: 1 };
      writer.observeTracker({ from, to: from + 10_000, countries: [{ code: 'IR', ...moved }] });
    },
    problem: () => writer.problem(),
    restart(graceful: boolean) {
      if (graceful) writer.close();
      writer = open();
    },
    minutes: () => db.$client.prepare('SELECT count(*) FROM history_1m WHERE key % 4 = 0').pluck().get(),
  };
}

const sum = (column: (number | null)[]) => column.reduce<number>((total, value) => total + (value ?? 0), 0);

describe('createHistoryWriter', () => {
  it('writes a row each ten seconds and a minute when it is over', () => {
    const world = setUp();
    for (let i = 0; i <= 35; i++) world.sample(5, i * 100);
    const series = world.query(START, START + 70_000);
    expect(series.bucketSeconds).toBe(10);
    expect(series.connected).toEqual([5, 5, 5, 5, 5, 5, 5]);
    expect(series.stationsRunning[0]).toBe(1);
    expect(world.minutes()).toBe(1);
    expect(world.query(START, START + 120_000, 2).connected).toEqual([5, 5]);
  });

  it('counts what a station moved while the agent was down, once', () => {
    for (const graceful of [true, false]) {
      const world = setUp();
      for (let i = 0; i < 8; i++) world.sample(5, 1000 + i * 100);
      world.restart(graceful);
      world.clock.nowMs += 600_000;
      for (let i = 0; i < 8; i++) world.sample(5, 50_000 + i * 100);
      world.restart(true);
      const series = world.query(START, START + 1_200_000);
      // The 1,000 bytes from before the agent's first sample are not its to count.
      expect(sum(series.uploadedBytes)).toBe(49_700);
      expect(series.connected.filter((value) => value === null).length).toBeGreaterThan(50);
    }
  });

  it('keeps what cannot be written until it can', () => {
    const world = setUp();
    world.sample(5, 0);
    world.db.$client.pragma('query_only = ON');
    for (let i = 1; i < 80; i++) world.sample(5, i * 100);
    world.db.$client.pragma('query_only = OFF');
    for (let i = 80; i <= 90; i++) world.sample(5, i * 100);
    world.restart(true);
    const series = world.query(START, START + 190_000);
    expect(sum(series.uploadedBytes)).toBe(9000);
    expect(series.connected.slice(0, 18).every((value) => value === 5)).toBe(true);
    expect(world.minutes()).toBe(3);
  });

  it('says what cannot be rolled up or forgotten, records on, and does it later', () => {
    const world = setUp();
    world.sample(5, 0);
    world.db.$client.exec(
      `CREATE TEMP TRIGGER full BEFORE INSERT ON history_1m BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END`,
    );
    for (let i = 1; i < 80; i++) world.sample(5, i * 100);
    expect(world.problem()).toContain('rolled up');
    expect(world.problem()).toContain('disk I/O error');
    expect(world.minutes()).toBe(0);
    world.db.$client.exec('DROP TRIGGER full');
    for (let i = 80; i <= 90; i++) world.sample(5, i * 100);
    expect(world.problem()).toBeNull();
    expect(world.minutes()).toBe(3);
    world.restart(true);
    expect(sum(world.query(START, START + 190_000).uploadedBytes)).toBe(9000);
  });

  it('records from its start, also where what an earlier run left cannot be rolled up', () => {
    const world = setUp();
    for (let i = 0; i < 40; i++) world.sample(5, i * 100);
    world.restart(true);
    world.db.$client.exec(
      `DELETE FROM history_1m; CREATE TEMP TRIGGER full BEFORE INSERT ON history_1m BEGIN SELECT RAISE(FAIL, 'full'); END`,
    );
    for (let i = 40; i < 60; i++) world.sample(5, i * 100);
    expect(world.problem()).toContain('rolled up');
    world.db.$client.exec('DROP TRIGGER full');
    for (let i = 60; i < 70; i++) world.sample(5, i * 100);
    world.restart(true);
    expect(world.problem()).toBeNull();
    expect(world.minutes()).toBe(2);
    expect(sum(world.query(START, START + 190_000).uploadedBytes)).toBe(6900);
  });

  it('says that the record cannot be read, to the tracker as to the stations, and begins when it can', () => {
    const world = setUp();
    world.db.$client.exec('ALTER TABLE station_counters RENAME TO gone');
    world.sample(5, 0);
    world.tracker(START);
    expect(world.problem()).toContain('History cannot be read');
    world.db.$client.exec('ALTER TABLE gone RENAME TO station_counters');
    for (let i = 1; i < 12; i++) world.sample(5, i * 100);
    expect(world.problem()).toBeNull();
    expect(world.query(START, START + 20_000).connected).toEqual([5, 5]);
  });

  it('does not do everything in the tick that ends a day', () => {
    const db = openTestDatabase();
    const store = openHistoryStore(db);
    const done: number[] = [];
    const spied = {
      ...store,
      rollUpInto: (...args: Parameters<typeof store.rollUpInto>) => {
        done.push(args[0]);
        store.rollUpInto(...args);
      },
    };
    let nowMs = Date.UTC(2026, 4, 31, 23, 59);
    const log = pino({ level: 'silent' });
    const writer = createHistoryWriter({
      store: spied,
      log,
      now: () => nowMs,
      tickMs: 2000,
      maxBytes: () => 1e9,
    });
    let most = 0;
    for (let i = 0; i < 60; i++) {
      const before = done.length;
      writer.observe(nowMs, []);
      most = Math.max(most, done.length - before);
      nowMs += 2000;
    }
    expect(most).toBe(1);
    expect(done).toEqual([1, 2, 3, 4]);
    expect(db.$client.prepare('SELECT count(*) FROM history_1d').pluck().get()).toBe(1);
  });

  it('goes on when the clock is set back', () => {
    const world = setUp();
    for (let i = 0; i < 40; i++) world.sample(5, i * 100);
    world.clock.nowMs = START;
    for (let i = 40; i < 80; i++) world.sample(5, i * 100);
    world.restart(true);
    world.clock.nowMs = START + 180_000;
    const series = world.query(START, START + 180_000);
    expect(sum(series.uploadedBytes)).toBe(7900);
    expect(series.connected.filter((value) => value !== null && value !== 5)).toEqual([]);
  });
});

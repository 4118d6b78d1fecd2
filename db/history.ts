/** The time series at rest: frames by tier, written every ten seconds for ever, rolled up and forgotten as they age. */
import type { StationCounter } from '../lib/history/counters.ts';
import {
  bucketOfKey,
  createFrameReader,
  createFrameSum,
  type Frame,
  type FrameSource,
  frameKey,
  KEYS_A_BUCKET,
  packFrame,
  SOURCES,
} from '../lib/history/frame.ts';
import type { Recording } from '../lib/history/recorder.ts';
import { bucketStart, MINUTE_SECONDS, TIERS, type Tier } from '../lib/history/tiers.ts';
import { type HistoryMaintenance, openMaintenance } from './history-maintenance.ts';
import type { Db, SqliteClient, SqliteStatement } from './open.ts';
import { openStationCounters } from './station-counters.ts';

export interface HistoryStore extends HistoryMaintenance {
  counters(): StationCounter[];
  /** Whose figures on countries there are: of the last minutes, or of any earlier day. */
  sources(): { stations: boolean; tracker: boolean };
  /** Another's history was put before this moment: the buckets in which it lies are added up anew. */
  joined(before: number, now: number): void;
  /** Adds to what a bucket already holds: one that was closed early, or that a clock set back meets again. */
  record(recordings: readonly Recording[]): void;
  /**
   * Computes every bucket of every tier that holds a moment of the range and has ended anew from the tier below; any
   * number of times gives the same.
   * @param now seconds since the epoch
   */
  rollUp(from: number, to: number, now: number): void;
  /** One tier of that; the tiers below come first. @param tier index in TIERS, from 1 */
  rollUpInto(tier: number, from: number, to: number, now: number): void;
  /** Rolls up what an interrupted run left behind. */
  catchUp(now: number): void;
  /**
   * Every frame of a source in the range, in the order of time: from the tier asked for as far as it is rolled up, the
   * rest from the finer ones. `from` and `to` lie on edges of the tier's buckets.
   */
  scan(
    range: { tier: number; source: FrameSource; from: number; to: number },
    now: number,
    visit: (at: number, frame: Uint8Array) => void,
  ): void;
}

const SOURCE_NAMES = Object.keys(SOURCES) as FrameSource[];

interface StoredFrame {
  key: number;
  frame: Buffer;
}

interface TierTable extends Tier {
  get: SqliteStatement<[number], Buffer>;
  put: SqliteStatement<[number, Buffer]>;
  between: SqliteStatement<[number, number], StoredFrame>;
  ofSource: SqliteStatement<[number, number, number], StoredFrame>;
  newest: SqliteStatement<[number], number | null>;
}

export function openHistoryStore(db: Db): HistoryStore {
  const client = db.$client;
  const reader = createFrameReader();
  const tables = TIERS.map((tier) => openTable(client, tier));
  const [fine] = tables;
  if (fine === undefined) throw new Error('history has no tiers');
  const counters = openStationCounters(client);

  const recorded = client
    .prepare<[], number>(
      `SELECT DISTINCT key % ${KEYS_A_BUCKET} FROM (SELECT key FROM history_1d
         UNION ALL SELECT * FROM (SELECT key FROM history_10s ORDER BY key DESC LIMIT 100))`,
    )
    .pluck();
  /** Sources only ever come; looking through the days for them is left to the first who asks. */
  let known: Set<number> | null = null;

  function add(frame: Frame): void {
    known?.add(SOURCES[frame.source]);
    const key = frameKey(frame.at, frame.source);
    const before = fine?.get.get(key);
    if (before === undefined) return void fine?.put.run(key, packFrame(frame));
    const sum = createFrameSum(reader, frame.source);
    sum.add(before);
    sum.add(packFrame(frame));
    fine?.put.run(key, packFrame(sum.done()));
  }

  /** One tier from the one below, bucket by bucket, each source for itself. */
  function rollUpTier(below: TierTable, tier: TierTable, from: number, to: number): void {
    let at: number | null = null;
    let sums = new Map<number, ReturnType<typeof createFrameSum>>();
    const close = () => {
      for (const [source, sum] of sums) replace(tier, (at ?? 0) * KEYS_A_BUCKET + source, sum.done());
      sums = new Map();
    };
    for (const { key, frame } of below.between.all(from * KEYS_A_BUCKET, to * KEYS_A_BUCKET)) {
      const bucket = bucketStart(bucketOfKey(key), tier.width);
      if (bucket !== at) close();
      at = bucket;
      const source = key % KEYS_A_BUCKET;
      let sum = sums.get(source);
      if (sum === undefined) {
        sum = createFrameSum(reader, SOURCE_NAMES[source] ?? 'stations');
        sums.set(source, sum);
      }
      sum.add(frame);
    }
    close();
  }

  /**
   * A bucket is replaced only by one that saw at least as much: after the frames below are forgotten, a clock that was
   * set back must not leave less of it.
   */
  function replace(tier: TierTable, key: number, frame: Pick<Frame, 'seconds' | 'entries'>): void {
    const known = tier.get.get(key);
    if (known !== undefined && reader.read(known, () => undefined) > frame.seconds) return;
    tier.put.run(key, packFrame(frame));
  }

  const rolledUpTo = (tier: TierTable, now: number) => {
    const newest = tier.newest.get(frameKey(now + 1, 'stations'));
    return newest == null ? 0 : bucketOfKey(newest) + tier.width;
  };

  const rollUpInto = client.transaction((index: number, from: number, to: number, now: number) => {
    const [below, tier] = [tables[index - 1], tables[index]];
    if (below === undefined || tier === undefined) throw new RangeError(`history has no tier ${index}`);
    const edge = Math.max(to, bucketStart(now, MINUTE_SECONDS));
    const ended = Math.min(bucketStart(to - 1, tier.width) + tier.width, bucketStart(edge, tier.width));
    rollUpTier(below, tier, bucketStart(from, tier.width), ended);
  });
  const rollUp = client.transaction((from: number, to: number, now: number) => {
    for (let tier = 1; tier < tables.length; tier++) rollUpInto(tier, from, to, now);
  });
  const catchUp = client.transaction((now: number) => {
    let below: TierTable | undefined;
    for (const tier of tables) {
      // The last bucket that was rolled up may have been added to since.
      if (below !== undefined)
        rollUpTier(below, tier, rolledUpTo(tier, now) - tier.width, bucketStart(now, tier.width));
      below = tier;
    }
  });

  const record = client.transaction((recordings: readonly Recording[]) => {
    for (const recording of recordings) {
      for (const frame of recording.frames) add(frame);
      for (const counter of recording.counters) counters.save(counter);
    }
  });

  return {
    ...openMaintenance(client),
    counters: () => counters.all(reader),
    sources() {
      known ??= new Set(recorded.all());
      return { stations: known.has(SOURCES.regions), tracker: known.has(SOURCES.tracker) };
    },
    joined(before, now) {
      known = null;
      rollUp.immediate(before - 1, before, now);
    },
    record: (recordings) => record.immediate(recordings),
    rollUp: (from, to, now) => rollUp.immediate(from, to, now),
    rollUpInto: (tier, from, to, now) => rollUpInto.immediate(tier, from, to, now),
    catchUp: (now) => catchUp.immediate(now),
    scan({ tier, source, from, to }, now, visit) {
      let at = from;
      for (let i = tier; i >= 0 && at < to; i--) {
        const table = tables[i];
        if (table === undefined) continue;
        const edge = i === 0 ? to : Math.min(to, rolledUpTo(table, now));
        if (edge <= at) continue;
        const range = [at * KEYS_A_BUCKET, edge * KEYS_A_BUCKET, SOURCES[source]] as const;
        for (const { key, frame } of table.ofSource.iterate(...range)) visit(bucketOfKey(key), frame);
        at = edge;
      }
    },
  };
}

function openTable(client: SqliteClient, tier: Tier): TierTable {
  const { table } = tier;
  return {
    ...tier,
    get: client.prepare<[number], Buffer>(`SELECT frame FROM ${table} WHERE key = ?`).pluck(),
    put: client.prepare(
      `INSERT INTO ${table} (key, frame) VALUES (?, ?) ON CONFLICT DO UPDATE SET frame = excluded.frame`,
    ),
    between: client.prepare(`SELECT key, frame FROM ${table} WHERE key >= ? AND key < ? ORDER BY key`),
    ofSource: client.prepare(
      `SELECT key, frame FROM ${table} WHERE key >= ? AND key < ? AND key % ${KEYS_A_BUCKET} = ? ORDER BY key`,
    ),
    newest: client.prepare<[number], number | null>(`SELECT max(key) FROM ${table} WHERE key < ?`).pluck(),
  };
}

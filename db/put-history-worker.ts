/**
 * A thread that puts the history of an archive before what this server has counted itself. A few frames at a time, so that
 * the agent writes on meanwhile; what is there already stays, so that one that was cut short is simply run again.
 */
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { createFrameReader, KEYS_A_BUCKET, SOURCES } from '../lib/history/frame.ts';
import { bucketStart, TIERS, type Tier } from '../lib/history/tiers.ts';
import { LEGACY_TABLES } from './history-tables.ts';

export interface HistoryPutTask {
  /** The history of an archive; it is only read. */
  from: string;
  /** The live database. */
  to: string;
  /** From here on this server has counted itself, seconds since the epoch: nothing from then on is taken. */
  before: number;
  now: number;
}
export type HistoryPutAnswer =
  | { outcome: 'put'; frames: number; damaged: number }
  | { outcome: 'failed'; code: string; reason: string };

const AT_ONCE = 200;
/** Between two goes, for whoever waits to write. */
const REST_MS = 3;
const KNOWN_SOURCES = new Set<number>(Object.values(SOURCES));

interface StoredFrame {
  key: number;
  frame: Buffer;
}

function put({ from, to, before, now }: HistoryPutTask): HistoryPutAnswer {
  let archive: Sqlite.Database | undefined;
  let live: Sqlite.Database | undefined;
  try {
    archive = new Sqlite(from, { readonly: true, fileMustExist: true });
    live = new Sqlite(to, { fileMustExist: true });
    live.pragma('busy_timeout = 5000');
    const sum = { frames: 0, damaged: 0 };
    for (const tier of TIERS) {
      if (!has(archive, tier.table)) continue;
      const { frames, damaged } = putTier(archive, live, tier, before, now);
      sum.frames += frames;
      sum.damaged += damaged;
    }
    for (const table of LEGACY_TABLES) if (has(archive, table)) putLegacy(archive, live, table);
    return { outcome: 'put', ...sum };
  } catch (error) {
    const { code = 'unknown', message } = error as NodeJS.ErrnoException;
    return { outcome: 'failed', code, reason: message };
  } finally {
    archive?.close();
    live?.close();
  }
}

function has(client: Sqlite.Database, table: string): boolean {
  return (
    client.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table) !== undefined
  );
}

/** Buckets that ended before; the one in which this server began is rolled up anew from the finer ones afterwards. */
function putTier(
  archive: Sqlite.Database,
  live: Sqlite.Database,
  { table, width, keep }: Tier,
  before: number,
  now: number,
): { frames: number; damaged: number } {
  const first = keep === null ? 0 : now - keep;
  const rows = archive
    .prepare<[number, number], StoredFrame>(
      `SELECT key, frame FROM ${table} WHERE key >= ? AND key < ? AND typeof(frame) = 'blob' ORDER BY key`,
    )
    .iterate(first * KEYS_A_BUCKET, bucketStart(before, width) * KEYS_A_BUCKET);
  const get = live.prepare<[number], Buffer>(`SELECT frame FROM ${table} WHERE key = ?`).pluck();
  const insert = live.prepare(
    `INSERT INTO ${table} (key, frame) VALUES (?, ?) ON CONFLICT DO UPDATE SET frame = excluded.frame`,
  );
  const reader = createFrameReader();
  let [frames, damaged] = [0, 0];

  /** Of two archives that both know a bucket, the one that saw more of it is believed. */
  const putAll = live.transaction((some: readonly StoredFrame[]) => {
    for (const { key, frame } of some) {
      const seconds = KNOWN_SOURCES.has(key % KEYS_A_BUCKET) ? secondsOf(frame) : null;
      if (seconds === null) {
        damaged++;
        continue;
      }
      const there = get.get(key);
      if (there !== undefined && reader.read(there, () => undefined) >= seconds) continue;
      insert.run(key, frame);
      frames++;
    }
  });
  function secondsOf(frame: Buffer): number | null {
    try {
      return reader.read(frame, () => undefined);
    } catch {
      return null;
    }
  }

  let waiting: StoredFrame[] = [];
  function flush(): void {
    if (waiting.length > 0) putAll.immediate(waiting);
    waiting = [];
  }
  for (const row of rows) {
    waiting.push(row);
    if (waiting.length < AT_ONCE) continue;
    flush();
    rest();
  }
  flush();
  return { frames, damaged };
}

function rest(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, REST_MS);
}

/** Only where this server has none of its own: two managers' estimates are not mixed. */
function putLegacy(archive: Sqlite.Database, live: Sqlite.Database, table: string): void {
  if (live.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() !== undefined) return;
  const columnsOf = (client: Sqlite.Database) =>
    (client.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
  const known = new Set(columnsOf(archive));
  const columns = columnsOf(live).filter((name) => known.has(name));
  const rows = archive
    .prepare(`SELECT ${columns.join(', ')} FROM ${table}`)
    .raw()
    .all() as unknown[][];
  const insert = live.prepare(
    `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  live
    .transaction(() => {
      for (const row of rows) insert.run(...row);
    })
    .immediate();
}

parentPort?.postMessage(put(workerData as HistoryPutTask));

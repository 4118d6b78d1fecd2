/**
 * A thread that copies the history out of the live database: one moment of it, while writing goes on. Only the tables
 * named here leave; who may sign in, sessions, tokens, jobs and the activity log never do.
 */
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { HISTORY_TABLES } from './history-tables.ts';

const TABLES = [...HISTORY_TABLES, 'station_keys'];

export interface HistoryCopyTask {
  /** The live database; it is only read. */
  from: string;
  /** A file that is not there yet. */
  to: string;
}
export type HistoryCopyAnswer = { outcome: 'copied' } | { outcome: 'failed'; code: string; reason: string };

function copy({ from, to }: HistoryCopyTask): HistoryCopyAnswer {
  const client = new Sqlite(to);
  try {
    client.pragma('page_size = 16384');
    // It is thrown away when it breaks.
    client.pragma('journal_mode = OFF');
    client.prepare('ATTACH ? AS live').run(from);
    client.transaction(() => {
      const definition = client.prepare(
        "SELECT sql FROM live.sqlite_master WHERE type = 'table' AND name = ?",
      );
      for (const table of TABLES) {
        const row = definition.get(table) as { sql: string };
        client.exec(row.sql);
        client.exec(`INSERT INTO main.${table} SELECT * FROM live.${table}`);
      }
    })();
    return { outcome: 'copied' };
  } catch (error) {
    const { code = 'unknown', message } = error as NodeJS.ErrnoException;
    return { outcome: 'failed', code, reason: message };
  } finally {
    client.close();
  }
}

parentPort?.postMessage(copy(workerData as HistoryCopyTask));

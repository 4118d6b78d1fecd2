/** A thread that reads the whole database once and answers `ok`, or what it found, in one line. */
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';

function check(): string {
  try {
    const client = new Sqlite(String(workerData), { readonly: true });
    const found = client.pragma('integrity_check(5)') as { integrity_check: string }[];
    client.close();
    return found.map((row) => row.integrity_check).join('; ');
  } catch (error) {
    // Too damaged to be read through: that is an answer as well.
    return error instanceof Error ? error.message : String(error);
  }
}

parentPort?.postMessage(check());

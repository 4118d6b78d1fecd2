/** A thread that reads the whole database once and answers `ok`, or what it found, in one line. */
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';

const client = new Sqlite(String(workerData), { readonly: true });
const found = client.pragma('integrity_check(5)') as { integrity_check: string }[];
client.close();
parentPort?.postMessage(found.map((row) => row.integrity_check).join('; '));

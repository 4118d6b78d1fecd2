/** Starts our own worker threads, which lie beside the program that starts them: in the source tree and in a release. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Where each worker's source is; in a release each is a bundle of its own beside the agent's. */
const SOURCES = {
  'check-database': 'db/check-worker.ts',
  'copy-history': 'db/copy-history-worker.ts',
  'put-history': 'db/put-history-worker.ts',
  tracker: 'lib/tracker/worker.ts',
  vault: 'lib/vault/worker.ts',
} as const;
export type WorkerName = keyof typeof SOURCES;

export function startWorker(name: WorkerName, data: unknown): Worker {
  const here = import.meta.dirname;
  const isSource = import.meta.filename.endsWith('.ts');
  const file = isSource ? join(here, '../..', SOURCES[name]) : join(here, `${name}.mjs`);
  return new Worker(file, { workerData: data });
}

/** Runs a worker that answers once. @throws Error when it fails, ends without a word, takes too long or is aborted */
export function runWorker<T>(
  name: WorkerName,
  data: unknown,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const worker = startWorker(name, data);
    const timer = setTimeout(() => {
      void worker.terminate();
      reject(new Error(`${name} took longer than ${timeoutMs} ms`));
    }, timeoutMs);
    const abort = () => {
      void worker.terminate();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`${name} ended with code ${code} and no answer`)));
    worker.once('exit', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    });
  });
}

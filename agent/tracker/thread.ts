/**
 * The life of the thread that knows addresses. However it ends, what it left counting in the kernel goes with it, before
 * another begins.
 */
import type { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { FromWorker, ToWorker } from '../../lib/tracker/messages.ts';

export interface TrackerThread {
  /** Whether it runs. */
  isThere(): boolean;
  /** False for the moment in which the traces of one that ended are removed. */
  mayBegin(): boolean;
  begin(): void;
  tell(message: ToWorker): void;
  /** Asks it to end, and ends it when it does not answer. */
  close(): Promise<void>;
}

export interface TrackerThreadOptions {
  start: () => Worker;
  /** Takes away what it may have left. */
  removeTraces: () => Promise<void>;
  onMessage: (message: FromWorker) => void;
  /** It has ended, whoever ended it, and nothing of it is left. */
  onEnd: () => void;
  closeWithinMs: number;
  log: Logger;
}

export function createTrackerThread(options: TrackerThreadOptions): TrackerThread {
  const { start, removeTraces, onMessage, onEnd, closeWithinMs, log } = options;
  let worker: Worker | null = null;
  let clearing: Promise<void> | null = null;

  // Words of what goes wrong here could hold an address: only its kind is told.
  function clear(): Promise<void> {
    return removeTraces()
      .catch((error: unknown) => {
        log.error({ kind: error instanceof Error ? error.name : typeof error }, 'the tracker left traces');
      })
      .finally(() => {
        clearing = null;
        onEnd();
      });
  }

  return {
    isThere: () => worker !== null,
    mayBegin: () => worker === null && clearing === null,
    begin() {
      worker = start();
      worker.on('message', onMessage);
      worker.once('error', (error) => log.error({ kind: error.name }, 'the tracker failed'));
      worker.once('exit', () => {
        worker = null;
        clearing = clear();
      });
    },
    tell: (message) => worker?.postMessage(message),
    async close() {
      const ending = worker;
      if (ending !== null) {
        await answered(ending, closeWithinMs);
        await ending.terminate();
      }
      await clearing;
    },
  };
}

/** Resolves when it has closed, or when that takes too long. */
function answered(ending: Worker, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, withinMs);
    const done = () => {
      clearTimeout(late);
      resolve();
    };
    ending.on('message', ({ type }: FromWorker) => {
      if (type === 'closed') done();
    });
    ending.once('exit', done);
    ending.postMessage({ type: 'close' } satisfies ToWorker);
  });
}

/** Hands the newest value to everybody who listens: a slow reader skips values, it never makes a queue. */
export interface Broadcast<T> {
  publish(value: T): void;
  newest(): T | null;
  /** The newest at once, then each that follows, until the signal aborts or the broadcast closes. */
  watch(signal: AbortSignal): AsyncIterable<T>;
  watchers(): number;
  /** Ends every watch. */
  close(): void;
}

/** @param onWatch called when somebody begins to listen */
export function createBroadcast<T>(onWatch: () => void = () => {}): Broadcast<T> {
  let newest: T | null = null;
  let closed = false;
  /** One a reader that waits; a reader that is busy finds the newest when it comes back. */
  const waiting = new Set<() => void>();
  let watchers = 0;

  function wake(): void {
    const woken = [...waiting];
    waiting.clear();
    for (const resume of woken) resume();
  }

  async function* watch(signal: AbortSignal): AsyncGenerator<T> {
    let seen: T | null = null;
    let resume = () => {};
    const onAbort = () => resume();
    signal.addEventListener('abort', onAbort);
    watchers++;
    onWatch();
    try {
      while (!signal.aborted && !closed) {
        if (newest !== null && newest !== seen) {
          seen = newest;
          yield newest;
          continue;
        }
        await new Promise<void>((resolve) => {
          resume = resolve;
          waiting.add(resolve);
        });
        waiting.delete(resume);
      }
    } finally {
      watchers--;
      signal.removeEventListener('abort', onAbort);
    }
  }

  return {
    publish(value) {
      newest = value;
      wake();
    },
    newest: () => newest,
    watch,
    watchers: () => watchers,
    close() {
      closed = true;
      wake();
    },
  };
}

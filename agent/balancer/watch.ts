import type { Logger } from 'pino';

const EVERY_MS = 2000;
const LONGEST_PAUSE_MS = 60_000;

export interface Watch {
  start(): void;
  stop(): void;
}

/** Calls `look` every two seconds, and less and less often while it fails. */
export function createWatch(look: () => Promise<void>, log: Logger): Watch {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let pauseMs = EVERY_MS;

  async function round(): Promise<void> {
    try {
      await look();
      pauseMs = EVERY_MS;
    } catch (error) {
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      log.warn({ err: error, againInMs: pauseMs }, 'the balancer could not be repaired');
    }
    if (!stopped) timer = setTimeout(() => void round(), pauseMs);
  }

  return {
    start: () => {
      timer = setTimeout(() => void round(), 0);
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

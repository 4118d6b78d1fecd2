/** Calls one piece of work again and again, never twice at once: a call that takes too long skips the next. */
import type { Logger } from 'pino';

export interface Ticker {
  start(): void;
  /** Works now if the last call is longer ago than is fresh; joins one under way. */
  freshen(): Promise<void>;
  /** Resolves after a call that began after this one. */
  renew(): Promise<void>;
  /** Somebody waits for news: works now, unless it just did. */
  hurry(): void;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export interface TickerOptions {
  tick: () => Promise<void>;
  /** Time from one call's beginning to the next, asked anew each time. */
  everyMs: () => number;
  freshMs: number;
  log: Logger;
}

/** Those who hurry cannot make it work more often than this. */
const HURRY_MS = 300;

export function createTicker({ tick, everyMs, freshMs, log }: TickerOptions): Ticker {
  let running: Promise<void> | null = null;
  let begunAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let started = false;
  let failing = false;

  async function work(): Promise<void> {
    begunAt = performance.now();
    try {
      await tick();
      if (failing) log.info('sampling works again');
      failing = false;
    } catch (error) {
      // Once, not every two seconds.
      if (!failing) log.error({ err: error }, 'a sample failed');
      failing = true;
    }
  }

  function run(): Promise<void> {
    running ??= work().finally(() => {
      running = null;
      plan();
    });
    return running;
  }

  function plan(): void {
    clearTimeout(timer);
    if (!started) return;
    timer = setTimeout(() => void run(), Math.max(0, begunAt + everyMs() - performance.now()));
  }

  return {
    start() {
      started = true;
      void run();
    },
    freshen: async () => {
      if (running !== null || performance.now() - begunAt >= freshMs) await run();
    },
    renew: async () => {
      await running;
      await run();
    },
    hurry: () => {
      if (started && performance.now() - begunAt >= HURRY_MS) void run();
    },
    async stop() {
      started = false;
      clearTimeout(timer);
      await running;
    },
  };
}

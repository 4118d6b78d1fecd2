/** Which stations the balancer sends clients to: those that run, are wanted, and are not about to be stopped. */
import type { Logger } from 'pino';
import type { BalancerService } from '../balancer/service.ts';
import type { StationRuntime } from './service.ts';

/** While many stations come up, the balancer hears of them about once a second, */
const BATCH_MS = 1000;
/** and on a busy machine less often: reloading takes at most a sixth of the time. */
const PAUSE_PER_SYNC = 5;
const LONGEST_BATCH_MS = 5000;
const RETRY_MS = 15_000;

export interface Rotation {
  /** Takes stations out; resolves when the balancer no longer sends them new clients. */
  leave(stations: readonly number[]): Promise<void>;
  /** These may have clients again, as soon as they run. */
  join(stations: readonly number[]): void;
  /** Something changed: the balancer follows within about a second. */
  request(): void;
  /** The balancer follows now, or stops where there is nothing to balance. @throws AppError when it cannot */
  sync(): Promise<void>;
  stop(): void;
}

export interface RotationOptions {
  balancer: BalancerService;
  log: Logger;
  runtimes: () => StationRuntime[];
  /** Sees what the engine has now. @throws AppError engine_unavailable */
  refresh: () => Promise<void>;
  /** False when there is no balancer to keep: fleet taken down, or stations on the host's network. */
  isBalanced: () => boolean;
}

export function createRotation({ balancer, log, runtimes, refresh, isBalanced }: RotationOptions): Rotation {
  const away = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let live: string | null = null;
  let stopped = false;
  let batchMs = BATCH_MS;

  function backends() {
    return runtimes().flatMap(({ index, address, engineState, wanted, stoppedByOperator }) =>
      engineState === 'running' && wanted && !stoppedByOperator && address !== null && !away.has(index)
        ? [{ index, address }]
        : [],
    );
  }

  async function sync(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    live = null;
    if (!isBalanced()) return balancer.stop();
    const wanted = backends();
    const started = performance.now();
    try {
      await balancer.sync(wanted);
      const tookMs = performance.now() - started;
      batchMs = Math.min(LONGEST_BATCH_MS, Math.max(BATCH_MS, PAUSE_PER_SYNC * tookMs));
      log.debug({ backends: wanted.length, tookMs: Math.round(tookMs) }, 'balancer follows the fleet');
      live = JSON.stringify(wanted);
    } catch (error) {
      schedule(RETRY_MS);
      throw error;
    }
  }

  function schedule(delayMs: number): void {
    if (stopped) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      const wanted = backends();
      // Nobody runs yet, or nobody any more: leaving the balancer as it is hurts less than taking its ports away.
      if (!isBalanced() || wanted.length === 0 || JSON.stringify(wanted) === live) return;
      sync().catch((error: unknown) => log.warn({ err: error }, 'the balancer could not follow the fleet'));
    }, delayMs);
  }

  return {
    async leave(stations) {
      for (const station of stations) away.add(station);
      // Those that came up a moment ago must be seen running, or taking these out would leave nobody.
      await refresh();
      // A station is stopped all the same: the balancer then notices by itself, only a little later.
      await sync().catch((error: unknown) =>
        log.warn({ err: error }, 'the balancer still has stations that stop'),
      );
    },
    join(stations) {
      for (const station of stations) away.delete(station);
      schedule(batchMs);
    },
    request: () => schedule(batchMs),
    sync,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

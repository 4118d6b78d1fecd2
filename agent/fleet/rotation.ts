/** Which stations the balancer sends clients to: those that run, are wanted, say they are well, and are not leaving. */
import type { Logger } from 'pino';
import { joinPauseMs } from '../../lib/fleet/join-pause.ts';
import { type Candidate, type Choice, chooseBackends, type Health } from '../../lib/fleet/rotation-rule.ts';
import type { BalancerService } from '../balancer/service.ts';
import type { StationRuntime } from './service.ts';

/** While many stations come up, the balancer hears of them about once a second, */
const BATCH_MS = 1000;
/** and on a busy machine less often: reloading takes at most a sixth of the time. */
const PAUSE_PER_SYNC = 5;
const LONGEST_BATCH_MS = 5000;
/** A station that fell silent has clients waiting for it. */
const URGENT_MS = 100;
const RETRY_MS = 15_000;

export interface StationHealth {
  health: Health;
  complaint: string | null;
}

export interface Membership {
  state: 'in' | 'out' | 'draining';
  /** Why it is not in; null when it is. */
  reason: string | null;
}

export interface Rotation {
  /** Takes stations out; resolves when the balancer no longer sends them new clients. */
  leave(stations: readonly number[]): Promise<void>;
  /** These may have clients again, as soon as they are well. */
  join(stations: readonly number[]): void;
  /** Something changed: the balancer follows within about a second, `urgent` sooner. */
  request(urgent?: boolean): void;
  /** The balancer follows now, or stops where there is nothing to balance. @throws AppError when it cannot */
  sync(): Promise<void>;
  /** Of every station there is. */
  memberships(): Map<number, Membership>;
  stop(): void;
}

export interface RotationOptions {
  balancer: BalancerService;
  log: Logger;
  runtimes: () => StationRuntime[];
  healthOf: (runtime: StationRuntime) => StationHealth;
  /** Sees what the engine has now. @throws AppError engine_unavailable */
  refresh: () => Promise<void>;
  /** False when there is no balancer to keep: fleet taken down, or stations on the host's network. */
  isBalanced: () => boolean;
}

export function createRotation(options: RotationOptions): Rotation {
  const { balancer, log, runtimes, healthOf, refresh, isBalanced } = options;
  const away = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let live: string | null = null;
  let members: ReadonlySet<number> = new Set();
  let stopped = false;
  let batchMs = BATCH_MS;
  let joinsAt = Number.NEGATIVE_INFINITY;

  function choose(): Choice {
    members = new Set(balancer.liveBackends().map(({ index }) => index));
    const candidates = runtimes().flatMap((runtime): Candidate[] => {
      const { index, address, engineState, wanted, stoppedByOperator } = runtime;
      if (engineState !== 'running' || !wanted || stoppedByOperator || address === null || away.has(index))
        return [];
      return [{ index, address, member: members.has(index), ...healthOf(runtime) }];
    });
    return chooseBackends(candidates);
  }

  async function sync(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    live = null;
    if (!isBalanced()) return balancer.stop();
    const { backends } = choose();
    const started = performance.now();
    try {
      await balancer.sync(backends, new Set(away));
      const tookMs = performance.now() - started;
      batchMs = Math.min(LONGEST_BATCH_MS, Math.max(BATCH_MS, PAUSE_PER_SYNC * tookMs));
      log.debug({ backends: backends.length, tookMs: Math.round(tookMs) }, 'balancer follows the fleet');
      live = JSON.stringify(backends);
      joinsAt = performance.now() + joinPauseMs(balancer.oldGenerations());
    } catch (error) {
      schedule(RETRY_MS);
      throw error;
    }
  }

  function schedule(delayMs: number): void {
    if (stopped) return;
    const at = performance.now() + delayMs;
    if (timer !== undefined && timerAt <= at) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => {
      timer = undefined;
      const { backends } = choose();
      // Nobody runs yet, or nobody any more: leaving the balancer as it is hurts less than taking its ports away.
      if (!isBalanced() || backends.length === 0 || JSON.stringify(backends) === live) return;
      const nobodyLeaves = [...members].every((index) => backends.some((one) => one.index === index));
      if (nobodyLeaves && performance.now() < joinsAt) return schedule(joinsAt - performance.now());
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
    request: (urgent = false) => schedule(urgent ? URGENT_MS : batchMs),
    sync,
    memberships() {
      const { out } = choose();
      const balanced = isBalanced();
      return new Map(
        runtimes().map(({ index, address, engineState }): [number, Membership] => {
          if (!balanced) return [index, { state: 'out', reason: 'There is no balancer.' }];
          if (away.has(index)) return [index, { state: 'draining', reason: 'It is about to stop.' }];
          if (members.has(index)) return [index, { state: 'in', reason: null }];
          if (engineState === 'running' && address === null)
            return [index, { state: 'out', reason: "It is on the host's network." }];
          return [index, { state: 'out', reason: out.get(index) ?? 'It does not run.' }];
        }),
      );
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

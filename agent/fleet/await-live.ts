/** Waits until stations that were started say they are live, for a while: a slow network must not hold up a job. */
import { setTimeout as delay } from 'node:timers/promises';
import { plural } from '../../lib/format/count.ts';
import type { StationHealth } from './rotation.ts';
import type { StationRuntime } from './service.ts';

export interface AwaitLiveOptions {
  stations: readonly number[];
  /** The stations as the engine has them now. */
  runtimes: () => readonly StationRuntime[];
  healthOf: (runtime: StationRuntime) => StationHealth;
  /** Asks the stations again soon. */
  hurry: () => void;
  signal: AbortSignal;
  say: (text: string) => void;
  /** How long they are waited for. */
  patienceMs?: number;
}

const PATIENCE_MS = 15_000;
const EVERY_MS = 250;

/** @returns those that are not live yet; they join the balancer by themselves when they are */
export async function awaitLive(options: AwaitLiveOptions): Promise<number[]> {
  const { stations, runtimes, healthOf, hurry, signal, say, patienceMs = PATIENCE_MS } = options;
  const deadline = performance.now() + patienceMs;
  for (;;) {
    // Those that ended meanwhile are not waited for.
    const waiting = runtimes()
      .filter(({ index, engineState }) => stations.includes(index) && engineState === 'running')
      .flatMap((runtime) => (healthOf(runtime).health === 'well' ? [] : [runtime.index]));
    if (waiting.length === 0 || performance.now() >= deadline) return waiting;
    say(`Waiting until ${plural(waiting.length, 'station')} ${waiting.length === 1 ? 'is' : 'are'} live.`);
    hurry();
    await delay(EVERY_MS, undefined, { signal });
  }
}

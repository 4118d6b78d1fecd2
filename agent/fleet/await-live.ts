/** Waits until stations that were started say they are live, for a while: a slow network must not hold up a job. */
import { setTimeout as delay } from 'node:timers/promises';
import { plural } from '../../lib/format/count.ts';
import type { StationHealth } from './rotation.ts';

export interface AwaitLiveOptions {
  stations: readonly number[];
  healthOf: (station: number) => StationHealth;
  /** Those that ended meanwhile are not waited for. */
  isRunning: (station: number) => boolean;
  /** Asks the stations again soon. */
  hurry: () => void;
  signal: AbortSignal;
  say: (text: string) => void;
}

const PATIENCE_MS = 15_000;
const EVERY_MS = 250;

/** @returns those that are not live yet; they join the balancer by themselves when they are */
export async function awaitLive(options: AwaitLiveOptions): Promise<number[]> {
  const { stations, healthOf, isRunning, hurry, signal, say } = options;
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const waiting = stations.filter((one) => isRunning(one) && healthOf(one).health !== 'well');
    if (waiting.length === 0 || performance.now() >= deadline) return waiting;
    say(`Waiting until ${plural(waiting.length, 'station')} ${waiting.length === 1 ? 'is' : 'are'} live.`);
    hurry();
    await delay(EVERY_MS, undefined, { signal });
  }
}

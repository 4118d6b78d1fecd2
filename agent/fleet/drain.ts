/** Waits until stations that left the balancer have finished their sessions, or their time is over. */
import { setTimeout as delay } from 'node:timers/promises';
import { plural } from '../../lib/format/count.ts';

export interface DrainOptions {
  stations: readonly number[];
  seconds: number;
  /** Open sessions by station. */
  sessions: () => Promise<ReadonlyMap<number, number>>;
  signal: AbortSignal;
  /** Who is still connected, in words. */
  say: (text: string) => void;
}

const EVERY_MS = 1000;

/** @returns sessions that are cut when the stations stop now */
export async function drain({ stations, seconds, sessions, signal, say }: DrainOptions): Promise<number> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const asked = performance.now();
    const open = await sessions();
    const busy = stations.filter((station) => (open.get(station) ?? 0) > 0);
    const left = busy.reduce((sum, station) => sum + (open.get(station) ?? 0), 0);
    const remaining = Math.max(0, Math.ceil((deadline - performance.now()) / 1000));
    if (left === 0 || remaining === 0) {
      if (left > 0)
        say(
          `The drain time is over: ${plural(left, 'session')} on ${plural(busy.length, 'station')} end now.`,
        );
      return left;
    }
    say(
      `${plural(left, 'session')} on ${plural(busy.length, 'station')} still open, at most ${remaining} s more.`,
    );
    // With many sessions a look costs something: it takes at most a tenth of the time.
    await delay(Math.max(EVERY_MS, 10 * (performance.now() - asked)), undefined, { signal });
  }
}

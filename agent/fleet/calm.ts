/** Changes without hurry: sessions of stations that stop may finish, and started ones are live before others stop. */
import { awaitLive, isLive } from './await-live.ts';
import { drain } from './drain.ts';
import type { Progress } from './move.ts';
import type { FleetCore } from './planner.ts';

export interface Calm {
  /** @param step the job's step that shows who is still connected */
  drain(stations: readonly number[], step: string): Promise<void>;
  /** Those of these stations that run and are well by their own word. */
  live(stations: readonly number[]): number[];
  /**
   * @param served those that were live before and must not all be lost
   * @throws NotBackError
   */
  awaitLive(stations: readonly number[], step: string, served?: readonly number[]): Promise<void>;
}

export interface CalmOptions {
  core: FleetCore;
  progress: Progress;
  drainSeconds: number;
}

export function createCalm({ core, progress, drainSeconds }: CalmOptions): Calm {
  const { signal } = progress;
  return {
    async drain(stations, step) {
      if (stations.length === 0) return;
      if (drainSeconds === 0) {
        progress.skip(step, 'They stop at once.');
        return;
      }
      const sessions = () => core.balancer.sessionsThatStay();
      const say = (text: string) => progress.say(step, text);
      const cut = await progress.step(step, () =>
        drain({ stations, seconds: drainSeconds, sessions, signal, say }),
      );
      if (cut > 0)
        progress.log(
          'warning',
          `${cut} sessions were still open when the drain time of ${drainSeconds} s was over.`,
        );
    },
    live: (stations) =>
      core
        .runtimes()
        .filter((runtime) => stations.includes(runtime.index) && isLive(runtime, core))
        .map(({ index }) => index),
    async awaitLive(stations, step, served = []) {
      if (stations.length === 0) return;
      await core.state.refresh();
      const late = await awaitLive({
        stations,
        served,
        now: core.now,
        runtimes: core.runtimes,
        healthOf: core.healthOf,
        hurry: core.hurry,
        signal,
        say: (text) => progress.say(step, text),
      });
      if (late.length > 0)
        progress.log(
          'warning',
          `Not live yet, and joining the balancer when they are: stations ${late.join(', ')}.`,
        );
    },
  };
}

/** The fleet for a job that decides step by step what is wanted: a migration and the way back, a restore. */
import type { DesiredFleet } from '../../lib/contract/fleet.ts';
import type { JobHandle } from '../jobs/runner.ts';
import { awaitLive } from './await-live.ts';
import { createCalm } from './calm.ts';
import { ensureImage } from './environment.ts';
import type { KeyReport } from './keys.ts';
import type { Progress } from './move.ts';
import type { FleetCore } from './planner.ts';
import type { Rotation } from './rotation.ts';

export interface FleetHands {
  desired(): DesiredFleet;
  /** What is wanted from now on; nothing moves yet. */
  save(next: DesiredFleet): void;
  /** The image that is wanted, pulled when it is not here, and asked what it understands. @throws AppError image_unavailable */
  prepareImage(): Promise<void>;
  /** Moves these stations (default all) to what is wanted. @param step of the job, which shows what goes on */
  move(step: string, only?: readonly number[]): Promise<void>;
  /**
   * Takes these stations out of the balancer, lets their sessions finish, and does something that they cannot run
   * beside. Then they may have clients again, as soon as they are well.
   */
  without(step: string, stations: readonly number[], work: () => Promise<void>): Promise<void>;
  /** Takes every station away, and the balancer with them. */
  takeDown(step: string): Promise<void>;
  /** Station number → volume, where that is another than its own name's. */
  assignVolumes(volumes: Readonly<Record<string, string>>): void;
  volumeOf(station: number): string;
  /** Waits until a station that was moved says it is live. @returns whether it does */
  awaitLive(step: string, station: number, patienceMs: number): Promise<boolean>;
  /** The station's key as it is now. */
  key(station: number): Promise<KeyReport | null>;
}

export interface HandsOptions {
  core: FleetCore;
  job: JobHandle;
  desired: () => DesiredFleet;
  save: (next: DesiredFleet) => void;
  move: (progress: Progress, only?: ReadonlySet<number>) => Promise<void>;
  takeDown: (progress: Progress) => Promise<void>;
  rotation: Pick<Rotation, 'join' | 'leave'>;
  drainSeconds: () => number;
}

export function createHands(options: HandsOptions): FleetHands {
  const { core, job, desired, save, move, takeDown, rotation, drainSeconds } = options;
  /** The steps below are part of one of the job's: they are told there. */
  const within = (step: string): Progress => ({
    signal: job.signal,
    setSteps: () => undefined,
    addSteps: () => undefined,
    step: (_key, work) => work(),
    skip: () => undefined,
    say: (_key, message) => job.say(step, message),
    log: (level, text) => job.log(level, text),
  });
  return {
    desired,
    save,
    async prepareImage() {
      await ensureImage(core, desired().settings.image, (line) => job.log('info', line), job.signal);
    },
    move: (step, only) => move(within(step), only === undefined ? undefined : new Set(only)),
    async without(step, stations, work) {
      const calm = createCalm({ core, progress: within(step), drainSeconds: drainSeconds() });
      try {
        await rotation.leave(stations);
        await calm.drain(stations, step);
        await work();
      } finally {
        rotation.join(stations);
      }
    },
    takeDown: (step) => takeDown(within(step)),
    async awaitLive(step, station, patienceMs) {
      const { runtimes, healthOf, hurry, now } = core;
      const say = (text: string) => job.say(step, text);
      const late = await awaitLive({
        stations: [station],
        served: [],
        runtimes,
        healthOf,
        hurry,
        now,
        signal: job.signal,
        say,
        patienceMs,
      });
      return late.length === 0 && core.state.stations.get(station)?.state === 'running';
    },
    volumeOf: (station) => core.volumes.of(station),
    assignVolumes: (volumes) => core.volumes.assign(volumes),
    async key(station) {
      await core.keys.check([station]);
      return core.keys.report(station);
    },
  };
}

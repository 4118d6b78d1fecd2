/** The fleet for a job that decides step by step what is wanted: the migration from an older manager, and back. */
import type { DesiredFleet } from '../../lib/contract/fleet.ts';
import type { JobHandle } from '../jobs/runner.ts';
import { ensureImage } from './environment.ts';
import type { KeyReport } from './keys.ts';
import type { Progress } from './move.ts';
import type { FleetCore } from './planner.ts';

export interface FleetHands {
  desired(): DesiredFleet;
  /** What is wanted from now on; nothing moves yet. */
  save(next: DesiredFleet): void;
  /** The image that is wanted, pulled when it is not here, and asked what it understands. @throws AppError image_unavailable */
  prepareImage(): Promise<void>;
  /** Moves these stations (default all) to what is wanted. @param step of the job, which shows what goes on */
  move(step: string, only?: readonly number[]): Promise<void>;
  /** Takes every station away, and the balancer with them. */
  takeDown(step: string): Promise<void>;
  /** Station number → volume, where that is another than its own name's. */
  assignVolumes(volumes: Readonly<Record<string, string>>): void;
  volumeOf(station: number): string;
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
}

export function createHands({ core, job, desired, save, move, takeDown }: HandsOptions): FleetHands {
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
    takeDown: (step) => takeDown(within(step)),
    volumeOf: (station) => core.volumes.of(station),
    assignVolumes: (volumes) => core.volumes.assign(volumes),
    async key(station) {
      await core.keys.check([station]);
      return core.keys.report(station);
    },
  };
}

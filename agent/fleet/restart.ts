/** Restarts stations, a few at a time, out of the balancer while they are away. */
import { AppError } from '../../lib/contract/errors.ts';
import { nameList, rollingWidth, STOP_GRACE_SECONDS } from '../../lib/fleet/apply.ts';
import { inParallel } from '../../lib/fleet/in-parallel.ts';
import { containerName } from '../../lib/fleet/names.ts';
import type { JobHandle } from '../jobs/runner.ts';
import type { Calm } from './calm.ts';
import type { FleetCore } from './planner.ts';
import type { Rotation } from './rotation.ts';

export interface RestartOptions {
  core: FleetCore;
  rotation: Rotation;
  job: JobHandle;
  stations: readonly number[];
  fleetSize: number;
  calm: Calm;
}

/** @throws AppError naming the stations that could not be restarted, after the others are done */
export async function restartStations({
  core,
  rotation,
  job,
  stations,
  fleetSize,
  calm,
}: RestartOptions): Promise<void> {
  const { docker, state, keys, env, connectedOf } = core;
  await state.refresh();
  const nameOf = (station: number) => containerName(env.prefix, station);
  job.setSteps([
    { key: 'drain', title: 'Let sessions finish' },
    ...stations.map((station) => ({ key: `restart-${station}`, title: `Restart ${nameOf(station)}` })),
    { key: 'balancer', title: 'Balance clients over the running stations' },
  ]);
  const failures: { station: number; error: unknown }[] = [];

  async function restart(station: number): Promise<void> {
    const found = state.stations.get(station);
    if (found === undefined)
      throw new AppError('not_found', { message: `${nameOf(station)} has no container yet.` });
    // The waves before this one may have taken long.
    await keys.require(station);
    await core.takeStock();
    await docker.restart(found.id, STOP_GRACE_SECONDS);
  }

  const order = [...stations].sort((a, b) => connectedOf(a) - connectedOf(b));
  const width = rollingWidth(fleetSize);
  try {
    for (let from = 0; from < order.length; from += width) {
      job.signal.throwIfAborted();
      const wave = order.slice(from, from + width);
      const served = from + width < order.length ? calm.live(wave) : [];
      await rotation.leave(wave);
      await calm.drain(wave, 'drain');
      await inParallel(wave, width, (station) =>
        job
          .step(`restart-${station}`, () => restart(station))
          .catch((error: unknown) => void failures.push({ station, error })),
      );
      rotation.join(wave);
      await calm.awaitLive(wave, 'balancer', served);
    }
  } finally {
    rotation.join(stations);
  }
  await state.refresh();
  await job.step('balancer', () => rotation.sync());
  const first = failures[0]?.error;
  if (first === undefined) return;
  throw new AppError(first instanceof AppError ? first.code : 'job_failed', {
    message: `${nameList(failures.map(({ station }) => nameOf(station)))}: ${first instanceof Error ? first.message : String(first)}`,
    ...(first instanceof AppError && first.remedy !== undefined ? { remedy: first.remedy } : {}),
    cause: first,
  });
}

/** The work of an update: keep what is, try the new image on one station, then roll it out. */
import { AppError } from '../../lib/contract/errors.ts';
import type { ProvenImage } from '../../lib/contract/fleet.ts';
import { containerName, formerImageName } from '../../lib/fleet/names.ts';
import type { FleetHands } from '../fleet/hands.ts';
import type { JobHandle } from '../jobs/runner.ts';
import type { KeptKeys } from './kept-key.ts';
import { findCanary } from './report.ts';
import { rollOut } from './roll-out.ts';
import type { UpdateServiceOptions } from './service.ts';
import { tryOnOne } from './trial.ts';

export interface CarryOutOptions {
  deps: UpdateServiceOptions;
  keptKeys: KeptKeys;
  image: ProvenImage;
  liveSeconds: number;
  steadySeconds: number;
}

export async function carryOutUpdate(
  { deps, keptKeys, image, liveSeconds, steadySeconds }: CarryOutOptions,
  job: JobHandle,
  hands: FleetHands,
): Promise<void> {
  // The job may have waited behind others: what is found now counts.
  const station = findCanary(deps);
  if (station === null) throw new AppError('conflict', { message: 'There is no station left to try it on.' });
  const name = containerName(deps.env.prefix, station);
  job.setSteps([
    { key: 'keep', title: 'Keep the image of now' },
    { key: 'try', title: `Give ${name} the new image` },
    { key: 'watch', title: `See whether ${name} does well on it` },
    { key: 'roll', title: 'Replace the other stations, a few at a time' },
  ]);
  await job.step('keep', () => keepImageOfNow(deps, hands));
  const before = hands.desired();
  const around = { deps, hands, job, station, image, liveWithinMs: liveSeconds * 1000 };
  await tryOnOne({ ...around, keptKeys, steadyMs: steadySeconds * 1000 });
  const { trial: _over, ...wanted } = hands.desired();
  // Proven: from here on a crash leads forward.
  hands.save({ ...wanted, settings: { ...wanted.settings, image: image.reference }, proven: image });
  await job.step('roll', () => rollOut({ ...around, before }));
}

/** Writes down which content is the way back, and gives it a name: without one `docker image prune` would take it. */
async function keepImageOfNow(
  { fleet, docker, env }: UpdateServiceOptions,
  hands: FleetHands,
): Promise<void> {
  const now = await fleet.image();
  if (now === null)
    throw new AppError('conflict', {
      message: 'The image of now is not on this machine: there would be no way back.',
    });
  const { reference, id, digest } = now;
  await docker.tagImage(id, formerImageName(env.prefix));
  hands.save({ ...hands.desired(), proven: { reference, id, digest } });
}

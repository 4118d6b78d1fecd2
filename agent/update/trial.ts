/** One station on another image, and back on the one of before when that does not do. */
import { AppError } from '../../lib/contract/errors.ts';
import type { ProvenImage } from '../../lib/contract/fleet.ts';
import { lastWords } from '../../lib/fleet/canary.ts';
import { containerName, FLEET_LABEL } from '../../lib/fleet/names.ts';
import type { FleetHands } from '../fleet/hands.ts';
import type { JobHandle } from '../jobs/runner.ts';
import type { KeptKeys } from './kept-key.ts';
import { proxyIdOf } from './proxy-id.ts';
import type { UpdateServiceOptions } from './service.ts';
import { readLog, watchCanary } from './watch-canary.ts';

export interface TrialOptions {
  deps: UpdateServiceOptions;
  hands: FleetHands;
  job: JobHandle;
  keptKeys: KeptKeys;
  station: number;
  image: ProvenImage;
  liveWithinMs: number;
  steadyMs: number;
}

const STOP_GRACE_SECONDS = 10;

/** @throws AppError job_failed with the station's own last words, once the station is on its image of before again */
export async function tryOnOne(options: TrialOptions): Promise<void> {
  const { deps, hands, job, keptKeys, station, image } = options;
  const name = containerName(deps.env.prefix, station);
  const directory = await directoryOf(deps, station);
  const proxyId = await proxyIdOf(hands, station);
  if (directory !== null) await keptKeys.keep(station, directory);
  let failure: string | null;
  try {
    await job.step('try', async () => {
      hands.save({ ...hands.desired(), trial: { ...image, station } });
      await hands.move('try', [station]);
    });
    failure = await job.step('watch', async () => {
      const { liveWithinMs, steadyMs } = options;
      const say = (text: string) => job.say('watch', text);
      const why = await watchCanary(deps, hands, {
        station,
        proxyId,
        liveWithinMs,
        steadyMs,
        signal: job.signal,
        say,
      });
      if (why !== null) throw new AppError('job_failed', { message: `${name}: ${why}.` });
      return null;
    });
  } catch (error) {
    // The agent is stopping: the trial ends with it, since it was never written down.
    job.signal.throwIfAborted();
    failure = error instanceof Error ? error.message : String(error);
  }
  if (failure === null) {
    await keptKeys.drop(station);
    return;
  }
  const words = await sayWhatItWrote(options);
  const stuck = await goBack(options, directory).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const now =
    stuck === null
      ? `${name} runs the image of before again`
      : `${name} could not be given the image of before yet (${stuck.replace(/\.$/, '')}), which is tried on`;
  throw new AppError('job_failed', {
    message: `The new image did not pass. ${failure.replace(/\.?$/, '.')}${words === null ? '' : ` Its last words: “${words}”`} ${now}; no other station was touched.`,
    remedy:
      'What it wrote is in the log of this job. Try another version: `sudo conduit update --image NAME:VERSION`',
  });
}

/** Keeps the end of its log with the job: the container goes. @returns the line that says most; null when it wrote none */
export async function sayWhatItWrote({
  deps,
  job,
  station,
}: Pick<TrialOptions, 'deps' | 'job' | 'station'>): Promise<string | null> {
  try {
    const lines = await readLog(deps, station, job.signal);
    for (const line of lines.slice(-20))
      job.log('warning', `${containerName(deps.env.prefix, station)}: ${line}`);
    return lastWords(lines);
  } catch (error) {
    deps.log.warn({ err: error, station }, 'the log of a station on trial cannot be read');
    return null;
  }
}

async function goBack(
  { deps, hands, job, keptKeys, station }: TrialOptions,
  directory: string | null,
): Promise<void> {
  const name = containerName(deps.env.prefix, station);
  job.addSteps([{ key: 'back', title: `Give ${name} its image of before` }]);
  await job.step('back', async () => {
    const { trial: _over, ...wanted } = hands.desired();
    // From here on the agent brings it back by itself, whatever happens to this job.
    hands.save(wanted);
    if (directory !== null) {
      await stop(deps, name);
      if (await keptKeys.restore(station, directory))
        job.log('warning', `${name} had made itself another key; the one it had was put back.`);
    }
    await hands.move('back', [station]);
  });
  await keptKeys.drop(station);
}

async function stop({ docker, env }: UpdateServiceOptions, name: string): Promise<void> {
  const found = await docker.inspectContainer(name);
  if (found?.labels[FLEET_LABEL] === env.prefix) await docker.stop(found.id, STOP_GRACE_SECONDS);
}

async function directoryOf({ fleet }: UpdateServiceOptions, station: number): Promise<string | null> {
  const volumes = await fleet.keyVolumes();
  return volumes.find((volume) => volume.station === station)?.directory ?? null;
}

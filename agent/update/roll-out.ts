/** The proven image for all other stations, a few at a time; all go back when one of them does not come up. */
import { AppError } from '../../lib/contract/errors.ts';
import type { DesiredFleet } from '../../lib/contract/fleet.ts';
import { rollingWidth } from '../../lib/fleet/apply.ts';
import { containerName } from '../../lib/fleet/names.ts';
import { proxyIdOf } from './proxy-id.ts';
import { sayWhatItWrote, type TrialOptions } from './trial.ts';
import { watchCanary } from './watch-canary.ts';

export type RollOptions = Omit<TrialOptions, 'keptKeys' | 'steadyMs'> & {
  /** What was wanted before the update. */
  before: Pick<DesiredFleet, 'proven' | 'settings'>;
};

/** @throws AppError job_failed after all went back; engine_unavailable and the like as they are, since recovery goes on */
export async function rollOut(options: RollOptions): Promise<void> {
  const { deps, hands, job, station } = options;
  const wasWell = new Set(
    (await deps.live.current()).stationList.flatMap(({ index, state }) =>
      state === 'running' ? [index] : [],
    ),
  );
  const others = deps.fleet
    .runtimes()
    .filter((runtime) => runtime.wanted && !runtime.stoppedByOperator && runtime.index !== station)
    .map(({ index }) => index)
    .sort((a, b) => deps.live.connectedOf(a) - deps.live.connectedOf(b));
  const width = rollingWidth(others.length + 1);
  for (let from = 0; from < others.length; from += width) {
    const wave = others.slice(from, from + width);
    job.say('roll', `${from} of ${others.length} done.`);
    const failed = await replaceWave(options, wave, wasWell);
    if (failed !== null) await goBack(options, failed);
  }
  // Whatever the fleet was changed to meanwhile.
  await hands.move('roll');
}

interface Failed {
  station: number;
  why: string;
}

/** @returns the first that was well before and is not now; null when all are */
async function replaceWave(
  options: RollOptions,
  wave: readonly number[],
  wasWell: ReadonlySet<number>,
): Promise<Failed | null> {
  const { deps, hands, job, image, liveWithinMs } = options;
  const proxyIds = new Map<number, string | null>();
  for (const station of wave) proxyIds.set(station, await proxyIdOf(hands, station));
  await hands.move('roll', wave).catch((error: unknown) => {
    // Held back because of its key, or ended at once: what became of each is looked at below.
    if (!(error instanceof AppError) || (error.code !== 'key_alarm' && error.code !== 'job_failed'))
      throw error;
    job.log('warning', error.message);
  });
  const looks = await Promise.all(
    wave.map(async (station): Promise<Failed | null> => {
      const found = await deps.docker.inspectContainer(containerName(deps.env.prefix, station));
      const runtime = deps.fleet.runtimes().find(({ index }) => index === station);
      // The operator may have changed the fleet meanwhile.
      if (runtime?.wanted !== true || runtime.stoppedByOperator) return null;
      if (!wasWell.has(station) || (found !== null && found.imageId !== image.id)) return null;
      const why = await watchCanary(deps, hands, {
        station,
        proxyId: proxyIds.get(station) ?? null,
        liveWithinMs,
        steadyMs: 0,
        signal: job.signal,
        say: () => undefined,
      });
      return why === null ? null : { station, why };
    }),
  );
  return looks.find((look) => look !== null) ?? null;
}

async function goBack(
  { deps, hands, job, before, ...options }: RollOptions,
  { station, why }: Failed,
): Promise<never> {
  const name = containerName(deps.env.prefix, station);
  const words = await sayWhatItWrote({ deps, job, station });
  job.addSteps([{ key: 'back', title: 'Give all stations the image of before' }]);
  await job.step('back', async () => {
    const { proven: _new, settings, ...rest } = hands.desired();
    const { proven } = before;
    hands.save({
      ...rest,
      settings: { ...settings, image: before.settings.image },
      ...(proven === undefined ? {} : { proven }),
    });
    await hands.move('back');
  });
  const first = containerName(deps.env.prefix, options.station);
  throw new AppError('job_failed', {
    message: `The new image did well on ${first}, but not on ${name}: ${why}.${words === null ? '' : ` Its last words: “${words}”`} All stations run the image of before again.`,
    remedy: 'What it wrote is in the log of this job.',
  });
}

/** Updates the image of the stations: fetch, show, try on one, roll out. */
import { AppError } from '../../lib/contract/errors.ts';
import type { ProvenImage } from '../../lib/contract/fleet.ts';
import { shortId } from '../../lib/format/image.ts';
import { pull } from '../fleet/environment.ts';
import type { JobHandle } from '../jobs/runner.ts';
import { carryOutUpdate } from './carry-out.ts';
import { createKeptKeys } from './kept-key.ts';
import { readReport } from './report.ts';
import type { UpdateService, UpdateServiceOptions } from './service.ts';

export function createUpdateService(deps: UpdateServiceOptions): UpdateService {
  const { fleet, jobs, activity, docker, paths, log } = deps;
  const keptKeys = createKeptKeys(`${paths.backupsDir}/keys-on-trial`);

  async function fetchImage(job: JobHandle, reference: string): Promise<void> {
    job.setSteps([
      { key: 'pull', title: `Pull ${reference}` },
      { key: 'ask', title: 'Ask it what it understands' },
    ]);
    await job.step('pull', async () => {
      try {
        await pull(deps, reference, (line) => job.log('info', line), job.signal, 1);
      } catch (error) {
        const unreachable = error instanceof AppError && error.code === 'image_unavailable';
        if (!unreachable || (await docker.inspectImage(reference)) === null) throw error;
        job.log('warning', `${error.message} The one on this machine is what there is.`);
      }
    });
    await job.step('ask', async () => void (await fleet.imageNamed(reference)));
  }

  return {
    report: (image) => readReport(deps, image),
    fetch(image, actor) {
      const reference = image ?? fleet.desired().settings.image;
      const title = `Look for ${reference}`;
      const job = jobs.start({ kind: 'update.fetch', title, actor }, (handle) =>
        fetchImage(handle, reference),
      );
      activity.record({ actor, action: 'update.fetch', summary: title, outcome: 'started', jobId: job.id });
      return job;
    },
    async start({ image, id, drainSeconds, liveSeconds, steadySeconds }, actor) {
      const report = await readReport(deps, image);
      const { current, candidate, reference, obstacle } = report;
      if (candidate?.id !== id)
        throw new AppError('conflict', {
          message: `${reference} leads to ${candidate === null ? 'no image on this machine' : 'another image'} meanwhile.`,
          remedy: 'Look again what it is, and then update.',
        });
      if (current?.id === id)
        throw new AppError('conflict', {
          message: `Nothing to do: stations are made from ${shortId(id)} already.`,
        });
      if (obstacle !== null) throw new AppError('conflict', { message: obstacle });
      const next: ProvenImage = { reference, id, digest: candidate.digest };
      const title = `Update the stations to ${reference} (${shortId(id)})`;
      return fleet.transform(
        {
          kind: 'update.start',
          title,
          actor,
          summary: `${title}, from ${current === null ? 'nothing' : shortId(current.id)}`,
          cancellable: false,
          ...(drainSeconds === undefined ? {} : { drainSeconds }),
        },
        (job, hands) =>
          carryOutUpdate({ deps, keptKeys, image: next, liveSeconds, steadySeconds }, job, hands),
      );
    },
    async begin() {
      const volumes = await fleet.keyVolumes().catch((error: unknown) => {
        log.warn({ err: error }, 'kept keys cannot be compared yet');
        return null;
      });
      if (volumes === null) return;
      for (const station of await keptKeys.list()) {
        const directory = volumes.find((volume) => volume.station === station)?.directory;
        if (directory !== undefined && (await keptKeys.restore(station, directory)))
          log.warn({ station }, 'an interrupted update had cost a key; the one it had was put back');
        await keptKeys.drop(station);
      }
    },
  };
}

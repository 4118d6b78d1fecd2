/** The way to this manager: each step is noted when it is done, and can be done again after a crash at any point. */
import { join } from 'node:path';
import { AppError } from '../../lib/contract/errors.ts';
import { plural } from '../../lib/format/count.ts';
import { findTraces, isTheirCronLine } from '../../lib/migration/find-traces.ts';
import { archiveFiles } from '../../lib/migration/host-files.ts';
import { folderOf, type MigrationManifest, writeManifest } from '../../lib/migration/manifest.ts';
import type { FleetHands } from '../fleet/hands.ts';
import type { JobHandle } from '../jobs/runner.ts';
import { takeServicesOut } from './host-services.ts';
import { moveStation, wanted } from './move-station.ts';
import { saveKeys } from './save-keys.ts';
import type { MigrationDeps } from './service.ts';
import { importTraffic, shredAddresses } from './traffic.ts';

export interface MigrationWork {
  deps: MigrationDeps;
  manifest: MigrationManifest;
  job: JobHandle;
  hands: FleetHands;
  actor: string;
}

interface Step {
  key: string;
  title: string;
  run: () => Promise<void>;
}

/** @throws AppError key_alarm, image_unavailable, job_failed; what was done until then stays, and can be gone on with */
export async function migrate(work: MigrationWork): Promise<void> {
  const { deps, manifest, job } = work;
  const steps = stepsOf(work);
  job.setSteps(steps.map(({ key, title }) => ({ key, title })));
  for (const { key, run } of steps) {
    if (manifest.done.includes(key)) {
      job.skip(key, 'Done before.');
      continue;
    }
    await job.step(key, async () => {
      await run();
      manifest.done.push(key);
      await writeManifest(deps.paths.backupsDir, manifest);
    });
  }
  manifest.state = 'migrated';
  await writeManifest(deps.paths.backupsDir, manifest);
}

function stepsOf(work: MigrationWork): Step[] {
  const { deps, manifest, job, hands } = work;
  const { stations, orphans } = manifest;
  const folder = folderOf(deps.paths.backupsDir, manifest.id);
  return [
    { key: 'image', title: 'Prepare the image', run: () => prepareImage(work) },
    {
      key: 'keys',
      title: `Save ${plural(stations.length + orphans.length, 'key')}`,
      run: async () => {
        await saveKeys(stations, join(folder, 'keys'));
        await saveKeys(orphans, join(folder, 'keys'));
      },
    },
    {
      key: 'archive',
      title: 'Archive files of the older manager',
      run: async () => {
        const traces = await findTraces(traceOptions(deps));
        manifest.files = await archiveFiles(traces, join(folder, 'files'), isTheirCronLine, manifest.files);
      },
    },
    {
      key: 'services',
      title: 'Take its services out, without ending its stations',
      run: () => takeServicesOut(deps, manifest, job),
    },
    ...stations.map((one, at) => ({
      key: `station-${one.station}`,
      title: `Move ${one.name} to station ${one.station}`,
      run: () => moveStation(work, one, at === 0),
    })),
    { key: 'traffic', title: 'Import what its tracker had counted', run: () => importTraffic(deps, job) },
    {
      key: 'fleet',
      title: `Bring the fleet to ${plural(manifest.count, 'station')}, behind the balancer`,
      run: async () => {
        hands.save(wanted(manifest, manifest.count));
        await hands.move('fleet');
      },
    },
    { key: 'tuning', title: 'Tune the kernel', run: () => tune(work) },
    { key: 'verify', title: 'Compare every Proxy ID', run: () => verify(work) },
    ...(manifest.shredAddresses
      ? [
          {
            key: 'shred',
            title: 'Destroy the files with client addresses',
            run: () => shredAddresses(deps, job),
          },
        ]
      : []),
  ];
}

export function traceOptions({ env, balancer }: Pick<MigrationDeps, 'env' | 'balancer'>) {
  return { root: env.hostRoot, nginxConfig: balancer.settings().configPath };
}

/** Before anything is touched: without an image no station could come up again. */
async function prepareImage({ manifest, hands }: MigrationWork): Promise<void> {
  hands.assignVolumes(manifest.volumes);
  hands.save({ ...wanted(manifest, manifest.count), active: false });
  await hands.prepareImage();
}

/** A kernel that cannot be tuned is no reason to stop here. */
async function tune({ deps, job, actor }: MigrationWork): Promise<void> {
  try {
    await deps.tuning.apply(actor);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    job.log('warning', `The kernel was not tuned: ${error.message}`);
  }
}

async function verify({ manifest, job, hands }: MigrationWork): Promise<void> {
  const wrong: string[] = [];
  const orphans = manifest.orphans.filter(({ station }) => station <= manifest.count);
  for (const { station, proxyId, fingerprint } of [...manifest.stations, ...orphans]) {
    const key = await hands.key(station);
    if (key?.fingerprint === fingerprint) job.log('info', `Station ${station}: ${proxyId}`);
    else wrong.push(`station ${station} has ${key?.proxyId ?? 'no key'} instead of ${proxyId}`);
  }
  if (wrong.length > 0)
    throw new AppError('key_alarm', {
      message: `Not every station is what it was: ${wrong.join('; ')}.`,
      remedy: 'The saved keys are whole; go back with `sudo ./conduit rollback-to-v1`.',
    });
}

/** The way back: the stations first, since people wait for them, then what surrounds them. Can be done again at any point. */
import { join } from 'node:path';
import { restoreOriginal } from '../../lib/balancer/restore.ts';
import { AppError } from '../../lib/contract/errors.ts';
import { hostNginxRuns, startHostNginx } from '../../lib/install/host-nginx.ts';
import { isTheirCronLine } from '../../lib/migration/find-traces.ts';
import { putBack } from '../../lib/migration/host-files.ts';
import { folderOf, writeManifest } from '../../lib/migration/manifest.ts';
import { bringServicesBack } from './host-services.ts';
import type { MigrationWork } from './migrate.ts';
import { bringBack, type V1 } from './move-station.ts';
import { ensureKey } from './save-keys.ts';

/** @throws AppError engine_unavailable, job_failed; what was done until then stays, and can be gone on with */
export async function rollBack(work: MigrationWork): Promise<void> {
  const { deps, manifest, job, hands } = work;
  const folder = folderOf(deps.paths.backupsDir, manifest.id);
  const steps: { key: string; title: string; run: () => Promise<void> }[] = [
    {
      key: 'fleet',
      title: 'Take the stations and the balancer down',
      run: async () => {
        hands.save({ ...hands.desired(), active: false });
        await hands.takeDown('fleet');
      },
    },
    ...manifest.stations.map((one) => ({
      key: `station-${one.station}`,
      title: `Bring ${one.name} back`,
      run: () => bringStationBack(work, one, join(folder, 'keys')),
    })),
    {
      key: 'balancer',
      title: "Put nginx's configuration back",
      run: () => putNginxBack(work, join(folder, 'files')),
    },
    {
      key: 'files',
      title: 'Put files and services back',
      run: async () => {
        for (const file of manifest.files) {
          const note = await putBack(file, join(folder, 'files'), isTheirCronLine);
          if (note !== null) job.log('warning', note);
        }
        for (const script of await bringServicesBack(deps, manifest))
          job.log('warning', `${script} ran without a service; it has to be started by hand.`);
      },
    },
    { key: 'tuning', title: 'Put the kernel’s parameters back', run: () => untune(work) },
    {
      key: 'settings',
      title: 'Put the settings back',
      run: async () => {
        hands.assignVolumes({});
        hands.save({ ...manifest.desiredBefore, active: false });
      },
    },
  ];
  job.setSteps(steps.map(({ key, title }) => ({ key, title })));
  let failed: unknown = null;
  for (const step of steps) {
    try {
      await job.step(step.key, step.run);
    } catch (error) {
      // One station that cannot come back keeps none of the others away.
      if (!step.key.startsWith('station-') || job.signal.aborted) throw error;
      failed ??= error;
    }
  }
  if (failed !== null) throw failed;
  manifest.state = 'rolled-back';
  await writeManifest(deps.paths.backupsDir, manifest);
}

async function bringStationBack(work: MigrationWork, one: V1, keys: string): Promise<void> {
  const { manifest, job } = work;
  // Until the keys were saved nothing was changed.
  if (manifest.done.includes('keys')) {
    const note = await ensureKey(one, keys);
    if (note !== null) job.log('warning', note);
  }
  if ((await bringBack(work, one)) === 'made again')
    job.log(
      'warning',
      `${one.name} was removed meanwhile; it was made again from what Docker had said of it`,
    );
}

/** The file as it was when the migration began; where it was ours already, the one from before us. */
async function putNginxBack({ deps, manifest, job }: MigrationWork, files: string): Promise<void> {
  const configPath = deps.balancer.settings().configPath;
  const kept = manifest.files.find(({ path }) => path === configPath);
  if (kept === undefined)
    await restoreOriginal({ configPath, backupsDir: join(deps.paths.backupsDir, 'nginx') });
  else {
    const note = await putBack(kept, files, isTheirCronLine);
    if (note !== null) job.log('warning', note);
  }
  if (manifest.nginxRan && !(await hostNginxRuns())) await startHostNginx();
}

async function untune({ deps, job, actor }: MigrationWork): Promise<void> {
  try {
    await deps.tuning.revert(actor);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    job.log('warning', `The kernel’s parameters were not put back: ${error.message}`);
  }
}

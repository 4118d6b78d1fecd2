/** The way back: the stations first, since people wait for them, then what surrounds them. Can be done again at any point. */
import { join } from 'node:path';
import { restoreOriginal } from '../../lib/balancer/restore.ts';
import { AppError } from '../../lib/contract/errors.ts';
import { giveVolumeTo } from '../../lib/fleet/volume-owner.ts';
import { run } from '../../lib/host/run.ts';
import { startHostNginx } from '../../lib/install/host-nginx.ts';
import { putBack } from '../../lib/migration/host-files.ts';
import { folderOf, type MigrationManifest, writeManifest } from '../../lib/migration/manifest.ts';
import { isTheirLine, type MigrationWork, reloadUnits } from './migrate.ts';
import { ensureKey } from './save-keys.ts';

type V1 = MigrationManifest['stations'][number];

/** @throws AppError engine_unavailable, job_failed; what was done until then stays, and can be gone on with */
export async function rollBack(work: MigrationWork, balancerConfig: string): Promise<void> {
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
      run: () => bringBack(work, one, join(folder, 'keys')),
    })),
    {
      key: 'files',
      title: 'Put files and services back',
      run: async () => {
        for (const file of manifest.files) {
          const note = await putBack(file, join(folder, 'files'), isTheirLine);
          if (note !== null) job.log('warning', note);
        }
        await reloadUnits(deps);
        for (const name of manifest.services) await run('systemctl', ['start', name]);
      },
    },
    {
      key: 'balancer',
      title: "Put nginx's configuration back",
      run: async () => {
        await restoreOriginal({ configPath: balancerConfig, backupsDir: `${deps.paths.backupsDir}/nginx` });
        if (manifest.nginxRan) await startHostNginx();
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
  for (const step of steps) await job.step(step.key, step.run);
  manifest.state = 'rolled-back';
  await writeManifest(deps.paths.backupsDir, manifest);
}

async function bringBack({ deps, job }: MigrationWork, one: V1, keys: string): Promise<void> {
  const { docker } = deps;
  // Until its key was saved nothing was changed.
  if (one.sha256 !== '') {
    const note = await ensureKey(one, keys);
    if (note !== null) job.log('warning', note);
  }
  await giveVolumeTo(one.directory, one.uid);
  const kept = await docker.inspectContainer(one.containerId);
  if (kept !== null && kept.name !== one.name) await docker.rename(kept.id, one.name);
  const there = kept ?? (await docker.inspectContainer(one.name));
  if (there === null)
    job.log('warning', `${one.name} was removed meanwhile; it is made again from what Docker had said of it`);
  const id = there?.id ?? (await docker.createAgain(one.name, one.inspect));
  if (one.wasRunning) await docker.start(id);
}

async function untune({ deps, job, actor }: MigrationWork): Promise<void> {
  try {
    await deps.tuning.revert(actor);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    job.log('warning', `The kernel’s parameters were not put back: ${error.message}`);
  }
}

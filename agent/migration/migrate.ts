/** The way to this manager: each step is noted when it is done, and can be done again after a crash at any point. */
import { join } from 'node:path';
import { saveLegacyCountries } from '../../db/legacy-countries.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { DesiredFleet } from '../../lib/contract/fleet.ts';
import { desiredFleetSchema } from '../../lib/contract/fleet.ts';
import { STOP_GRACE_SECONDS } from '../../lib/fleet/apply.ts';
import { FLEET_LABEL } from '../../lib/fleet/names.ts';
import { plural } from '../../lib/format/count.ts';
import { run } from '../../lib/host/run.ts';
import { hasSystemd } from '../../lib/host/systemd.ts';
import { archiveFiles, shred, takeAway } from '../../lib/migration/host-files.ts';
import { folderOf, type MigrationManifest, writeManifest } from '../../lib/migration/manifest.ts';
import { CRON_LINES, findAddressFiles, findTraces, readTotals } from '../../lib/migration/v1-files.ts';
import type { FleetHands } from '../fleet/hands.ts';
import type { JobHandle } from '../jobs/runner.ts';
import { replaceCommand } from './command.ts';
import { saveKeys } from './save-keys.ts';
import type { MigrationDeps } from './service.ts';

export const isTheirLine = (line: string) => CRON_LINES.test(line);
type V1 = MigrationManifest['stations'][number];

export interface MigrationWork {
  deps: MigrationDeps;
  manifest: MigrationManifest;
  job: JobHandle;
  hands: FleetHands;
  actor: string;
}

/** @throws AppError key_alarm, image_unavailable, job_failed; what was done until then stays, and can be gone on with */
export async function migrate(work: MigrationWork): Promise<void> {
  const { deps, manifest, job, hands } = work;
  const { stations } = manifest;
  const folder = folderOf(deps.paths.backupsDir, manifest.id);
  const steps: { key: string; title: string; run: () => Promise<void> }[] = [
    { key: 'image', title: 'Prepare the image', run: () => prepareImage(work) },
    {
      key: 'keys',
      title: `Save ${plural(stations.length + manifest.orphans.length, 'key')}`,
      run: async () => {
        manifest.stations = await saveKeys(stations, join(folder, 'keys'));
        manifest.orphans = await saveKeys(manifest.orphans, join(folder, 'keys'));
      },
    },
    {
      key: 'archive',
      title: 'Archive files of the older manager',
      run: async () => {
        manifest.files = await archiveFiles(await findTraces(deps.env.hostRoot), join(folder, 'files'));
      },
    },
    {
      key: 'services',
      title: 'Take its services out, without ending them',
      run: () => takeServicesOut(work),
    },
    ...stations.map((one) => ({
      key: `station-${one.station}`,
      title: `Move ${one.name} to station ${one.station}`,
      run: () => moveStation(work, one),
    })),
    { key: 'traffic', title: 'Import its traffic totals', run: () => importTraffic(work) },
    {
      key: 'fleet',
      title: `Bring the fleet to ${plural(manifest.count, 'station')}`,
      run: async () => {
        hands.save(wanted(manifest, manifest.count));
        await hands.move('fleet');
      },
    },
    { key: 'tuning', title: 'Tune the kernel', run: () => tune(work) },
    { key: 'verify', title: 'Compare every Proxy ID', run: () => verify(work) },
  ];
  job.setSteps(steps.map(({ key, title }) => ({ key, title })));
  for (const { key, run: carryOut } of steps) {
    if (manifest.done.includes(key)) {
      job.skip(key, 'Done before.');
      continue;
    }
    await job.step(key, carryOut);
    manifest.done.push(key);
    await writeManifest(deps.paths.backupsDir, manifest);
  }
  if (manifest.shredAddresses) await shredAddresses(work);
  manifest.state = 'migrated';
  await writeManifest(deps.paths.backupsDir, manifest);
}

/** What the fleet is to be once `count` stations have moved. */
function wanted(manifest: MigrationManifest, count: number): DesiredFleet {
  const before = manifest.desiredBefore;
  return desiredFleetSchema.parse({
    active: true,
    settings: { ...before.settings, ...manifest.settings.fleet, image: manifest.image, count },
    overrides: { ...before.overrides, ...manifest.settings.overrides },
  });
}

/** Before anything is touched: without an image no station could come up again. */
async function prepareImage({ manifest, hands }: MigrationWork): Promise<void> {
  hands.assignVolumes(manifest.volumes);
  hands.save({ ...wanted(manifest, manifest.count), active: false });
  await hands.prepareImage();
}

async function takeServicesOut({ deps, manifest, job }: MigrationWork): Promise<void> {
  for (const name of manifest.services) await run('systemctl', ['stop', name]);
  for (const file of manifest.files) {
    file.leftSha256 = await takeAway(file, isTheirLine);
    if (file.action === 'replace') await replaceCommand(deps.env.hostRoot, file.path);
    job.log(
      'info',
      file.action === 'lines' ? `${file.path}: its lines are out` : `${file.path}: archived and taken away`,
    );
  }
  // systemd forgets the units; what runs under them goes on.
  await reloadUnits(deps);
}

export async function reloadUnits({ env }: Pick<MigrationDeps, 'env'>): Promise<void> {
  if (hasSystemd() && env.hostRoot === '/') await run('systemctl', ['daemon-reload']);
}

/** One station: the old container is stopped and put aside under another name, the new one starts on its volume. */
async function moveStation(work: MigrationWork, one: V1): Promise<void> {
  const { deps, manifest, job, hands } = work;
  const { docker } = deps;
  const step = `station-${one.station}`;
  const before = hands.desired();
  if ((await docker.inspectContainer(one.containerId)) !== null) {
    job.say(step, `Stopping ${one.name}`);
    await docker.stop(one.containerId, STOP_GRACE_SECONDS);
    await docker.rename(one.containerId, one.keptAs).catch(async (error: unknown) => {
      // It has that name already when this is done again.
      if ((await docker.inspectContainer(one.keptAs))?.id !== one.containerId) throw error;
    });
  }
  try {
    const count = Math.max(one.station, before.active ? before.settings.count : 1);
    hands.save(wanted(manifest, count));
    await hands.move(step, [one.station]);
    const key = await hands.key(one.station);
    if (key?.fingerprint !== one.fingerprint)
      throw new AppError('key_alarm', {
        message: `Station ${one.station} did not come up with its own key: Proxy ID ${key?.proxyId ?? 'none'} instead of ${one.proxyId}.`,
      });
    job.log('info', `Station ${one.station} runs with its Proxy ID ${one.proxyId}`);
  } catch (error) {
    if (job.signal.aborted) throw error;
    await undoStation(work, one, before);
    throw asItWas(one, error);
  }
}

/** Nobody waits without a station: the old one goes on at once. */
async function undoStation({ deps, hands }: MigrationWork, one: V1, before: DesiredFleet): Promise<void> {
  const { docker, env } = deps;
  const left = Math.min(before.settings.count, one.station - 1);
  hands.save({
    ...before,
    active: before.active && left > 0,
    settings: { ...before.settings, count: Math.max(1, left) },
  });
  const ours = await docker.inspectContainer(`${env.prefix}-${one.station}`);
  if (ours !== null && ours.labels[FLEET_LABEL] === env.prefix) await docker.remove(ours.id, { force: true });
  if ((await docker.inspectContainer(one.containerId)) === null) return;
  await docker.rename(one.containerId, one.name);
  if (one.wasRunning) await docker.start(one.containerId);
}

function asItWas(one: V1, error: unknown): AppError {
  const known = error instanceof AppError ? error : null;
  return new AppError(known?.code ?? 'job_failed', {
    message: `${known?.message ?? 'It failed.'} ${one.name} runs as before again.`,
    remedy:
      `${known?.remedy ?? ''} Then go on with \`sudo conduit migrate-to-v2\`, or go back with \`sudo conduit rollback-to-v1\`.`.trim(),
    cause: error,
  });
}

async function importTraffic({ deps, job }: MigrationWork): Promise<void> {
  const found = await readTotals(deps.env.hostRoot);
  if (found === null) {
    job.say('traffic', 'There are none.');
    return;
  }
  const { countries, unmapped, damagedLines } = found.totals;
  saveLegacyCountries(
    deps.db,
    [...countries].map(([code, total]) => ({ code, ...total, at: found.changedAtMs })),
  );
  job.say('traffic', `${plural(countries.size, 'country', 'countries')}, as a source of their own`);
  if (unmapped.length > 0)
    job.log('warning', `Names that are no country's, kept as unknown: ${unmapped.join('; ')}`);
  if (damagedLines > 0) job.log('warning', `${plural(damagedLines, 'line')} could not be read`);
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
      remedy: 'The saved keys are whole; go back with `sudo conduit rollback-to-v1`.',
    });
}

async function shredAddresses({ deps, job }: MigrationWork): Promise<void> {
  const files = await findAddressFiles(deps.env.hostRoot);
  for (const { path } of files) await shred(path);
  if (files.length > 0)
    job.log(
      'info',
      `${plural(files.length, 'file')} with client addresses overwritten and removed; a disk that moves what it writes may keep copies`,
    );
}

/** One station of an older manager becomes one of this one, on its own volume; when it does not come up, the old one goes on. */
import { AppError } from '../../lib/contract/errors.ts';
import { type DesiredFleet, desiredFleetSchema } from '../../lib/contract/fleet.ts';
import { STOP_GRACE_SECONDS } from '../../lib/fleet/apply.ts';
import { containerName, FLEET_LABEL } from '../../lib/fleet/names.ts';
import { giveVolumeTo } from '../../lib/fleet/volume-owner.ts';
import type { MigrationManifest } from '../../lib/migration/manifest.ts';
import type { MigrationWork } from './migrate.ts';

export type V1 = MigrationManifest['stations'][number];
/** The first shows whether the image works here at all. */
const CANARY_PATIENCE_MS = 60_000;
const LAST_WORDS = 10;

/** What the fleet is to be once `count` stations have moved. */
export function wanted(manifest: MigrationManifest, count: number): DesiredFleet {
  const before = manifest.desiredBefore;
  return desiredFleetSchema.parse({
    active: true,
    settings: { ...before.settings, ...manifest.settings.fleet, image: manifest.image, count },
    overrides: { ...before.overrides, ...manifest.settings.overrides },
  });
}

/**
 * The old container is stopped and put aside under another name, the new one starts on its volume. Can be done again.
 * @param first whether it is the canary: it must be live before others follow
 */
export async function moveStation(work: MigrationWork, one: V1, first: boolean): Promise<void> {
  const { manifest, job, hands } = work;
  const step = `station-${one.station}`;
  const before = hands.desired();
  try {
    await putAside(work, one, step);
    const count = Math.max(one.station, before.active ? before.settings.count : 1);
    hands.save(wanted(manifest, count));
    await hands.move(step, [one.station]);
    const key = await hands.key(one.station);
    if (key?.fingerprint !== one.fingerprint)
      throw new AppError('key_alarm', {
        message: `Station ${one.station} did not come up with its own key: Proxy ID ${key?.proxyId ?? 'none'} instead of ${one.proxyId}.`,
      });
    if (first && !(await hands.awaitLive(step, one.station, CANARY_PATIENCE_MS)))
      throw new AppError('job_failed', {
        message: `Station ${one.station}, the first, is not live after ${CANARY_PATIENCE_MS / 1000} seconds.`,
      });
    job.log('info', `Station ${one.station} runs with its Proxy ID ${one.proxyId}`);
  } catch (error) {
    // The agent stops: what is half done is gone on with.
    if (job.signal.aborted) throw error;
    await keepLastWords(work, one.station);
    await undo(work, one, before);
    throw asItWas(one, error);
  }
}

async function putAside({ deps, job }: MigrationWork, one: V1, step: string): Promise<void> {
  const { docker } = deps;
  const old = await docker.inspectContainer(one.containerId);
  if (old === null || old.name === one.keptAs) return;
  job.say(step, `Stopping ${one.name}`);
  await docker.stop(old.id, STOP_GRACE_SECONDS);
  // An engine that starts again would start it beside ours.
  if (one.restartsAlways) await docker.setRestartPolicy(old.id, 'unless-stopped');
  await docker.rename(old.id, one.keptAs);
}

/** The new container goes, and its log with it. */
async function keepLastWords({ deps, job }: MigrationWork, station: number): Promise<void> {
  try {
    const lines = deps.fleet.logs(station, { tail: LAST_WORDS, follow: false, signal: job.signal });
    for await (const { text } of lines) job.log('warning', `Station ${station}: ${text}`);
  } catch (error) {
    // It may not have come to having a container.
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
  }
}

/** Nobody waits without a station: the old one goes on at once. */
async function undo({ deps, hands }: MigrationWork, one: V1, before: DesiredFleet): Promise<void> {
  const { docker, env } = deps;
  const left = Math.min(before.settings.count, one.station - 1);
  hands.save({
    ...before,
    active: before.active && left > 0,
    settings: { ...before.settings, count: Math.max(1, left) },
  });
  const ours = await docker.inspectContainer(containerName(env.prefix, one.station));
  if (ours !== null && ours.labels[FLEET_LABEL] === env.prefix) await docker.remove(ours.id, { force: true });
  await bringBack({ deps }, one);
}

/** The container as it was, running if it ran; made again where somebody removed it. @returns whether it had to be */
export async function bringBack(
  { deps }: Pick<MigrationWork, 'deps'>,
  one: V1,
): Promise<'was there' | 'made again'> {
  const { docker } = deps;
  await giveVolumeTo(one.directory, one.uid);
  const kept = await docker.inspectContainer(one.containerId);
  if (kept !== null && kept.name !== one.name) await docker.rename(kept.id, one.name);
  if (kept !== null && one.restartsAlways) await docker.setRestartPolicy(kept.id, 'always');
  const there = kept ?? (await docker.inspectContainer(one.name));
  const id = there?.id ?? (await docker.createAgain(one.name, one.inspect));
  if (one.wasRunning) await docker.start(id);
  return there === null ? 'made again' : 'was there';
}

function asItWas(one: V1, error: unknown): AppError {
  const known = error instanceof AppError ? error : null;
  // What the fleet's own jobs advise is about a container that is gone again.
  const advice =
    known === null || known.code === 'job_failed' ? 'The log of this job says more.' : (known.remedy ?? '');
  return new AppError(known?.code ?? 'job_failed', {
    message: `${known?.message ?? 'It failed.'} ${one.name} ${one.wasRunning ? 'runs' : 'is'} as before again.`,
    remedy:
      `${advice} Then go on with \`sudo ./conduit migrate-to-v2\`, or go back with \`sudo ./conduit rollback-to-v1\`.`.trim(),
    cause: error,
  });
}

/** Brings stations of an archive back: the keys into the slots' volumes, then the stations up with them. */
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { savePendingRestore } from '../../db/vault-settings.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { Placement } from '../../lib/contract/vault.ts';
import { STOP_GRACE_SECONDS } from '../../lib/fleet/apply.ts';
import { containerName, FLEET_LABEL, STATION_LABEL } from '../../lib/fleet/names.ts';
import { plural } from '../../lib/format/count.ts';
import {
  isRefused,
  type JudgedPlacement,
  judgePlacements,
  ownPlacements,
  placementWords,
} from '../../lib/format/placements.ts';
import { atomicWrite } from '../../lib/host/atomic-write.ts';
import { KEY_FILE, readKeyFile, UnusableKeyFile } from '../../lib/stations/station-key.ts';
import type { OpenedArchive } from '../../lib/vault/archive.ts';
import type { FleetHands } from '../fleet/hands.ts';
import type { JobHandle } from '../jobs/runner.ts';
import { readKeys, slotsOf } from './read-keys.ts';
import type { VaultDeps } from './service.ts';
import { type ArchivedSettings, applySettings } from './settings.ts';

export interface RestoreRequest {
  id: string;
  archive: OpenedArchive;
  /** Each into its own slot when left out. */
  placements: readonly Placement[] | undefined;
  replace: boolean;
  /** Of the archive, when they are wanted. */
  settings: ArchivedSettings | null;
  /** Puts its history back; null where that is not wanted. */
  putHistory: ((job: JobHandle) => Promise<void>) | null;
  actor: string;
}

/**
 * What goes where, as this server is now.
 * @throws AppError invalid_input for a key the archive does not have, conflict for slots that would lose an identity
 * unasked and for keys that would live twice
 */
export async function decide({ fleet }: VaultDeps, request: RestoreRequest): Promise<JudgedPlacement[]> {
  const { keys } = request.archive.head;
  const placements = request.placements ?? ownPlacements(keys);
  const unknown = placements.find(({ volume }) => !keys.some((key) => key.volume === volume));
  if (unknown !== undefined)
    throw new AppError('invalid_input', {
      message: `placements: ${request.id} has no key of ${unknown.volume}.`,
      fields: [{ field: 'placements', message: `the archive has no key of ${unknown.volume}` }],
    });
  const judged = judgePlacements(keys, slotsOf(await readKeys(fleet)), placements);
  const refused = judged.filter(isRefused);
  if (refused.length > 0)
    throw new AppError('conflict', {
      message: `A key can live in one station only: ${linesOf(refused)}. Nothing was changed.`,
      remedy: 'Leave those out, or choose the slots they are in.',
    });
  const losing = judged.filter(({ state }) => state === 'replace');
  if (losing.length > 0 && !request.replace)
    throw new AppError('conflict', {
      message: `${plural(losing.length, 'slot')} would lose another identity: ${linesOf(losing)}. Nothing was changed.`,
      remedy:
        'Choose other slots, or say that they may be replaced (`--replace`); the keys they have now are kept beside the backups.',
    });
  return judged;
}

function linesOf(judged: readonly JudgedPlacement[]): string {
  const named = judged.slice(0, 5).map((one) => {
    const now = one.current === null ? '' : ` (it is ${one.current}, the archive has ${one.proxyId})`;
    return `station ${one.to} ${placementWords(one)}${now}`;
  });
  return [...named, ...(judged.length > 5 ? [`and ${judged.length - 5} more`] : [])].join('; ');
}

export async function restore(
  deps: VaultDeps,
  request: RestoreRequest,
  job: JobHandle,
  hands: FleetHands,
): Promise<void> {
  const { settings, putHistory } = request;
  job.setSteps([
    { key: 'compare', title: 'Compare the archive with what is here' },
    { key: 'keys', title: 'Put the keys into place' },
    ...(settings === null ? [] : [{ key: 'settings', title: 'Take the settings over' }]),
    { key: 'stations', title: 'Start the stations with them' },
    { key: 'verify', title: 'Compare every Proxy ID' },
    ...(putHistory === null ? [] : [{ key: 'history', title: 'Put the history back' }]),
  ]);
  // What was decided before may have changed while this job waited.
  const judged = await job.step('compare', () => decide(deps, request));
  const open = judged.filter(({ state }) => state !== 'same');
  const keys = judged.map(({ to, fingerprint }) => ({ station: to, fingerprint }));
  savePendingRestore(deps.db, { archive: request.id, keys }, deps.now());
  try {
    await job.step('keys', async () => {
      const stations = open.map(({ to }) => to);
      if (open.length > 0)
        await hands.without('keys', stations, () => placeAll(deps, request, open, job, hands));
      // The ledger last: before all are in place, one of them could still be seen twice. Those that were in place
      // already may have been put there by a restore that did not get this far.
      for (const { to } of judged) await deps.fleet.acceptKey(to);
    });
    if (settings !== null)
      await job.step('settings', async () => {
        await applySettings(deps, settings, request.actor);
        hands.save({ ...settings.fleet, active: true });
      });
    await job.step('stations', () => startAll(judged, settings !== null, job, hands));
    await job.step('verify', () => verify(judged, hands));
    if (putHistory !== null) await job.step('history', () => putHistory(job));
  } finally {
    // An agent that stops leaves it, as a crash does: then it is said that this did not end.
    if (!job.signal.aborted) savePendingRestore(deps.db, null, deps.now());
  }
}

/** All of them stop first: at no moment does a key run twice. */
async function placeAll(
  deps: VaultDeps,
  { archive }: RestoreRequest,
  open: readonly JudgedPlacement[],
  job: JobHandle,
  hands: FleetHands,
): Promise<void> {
  for (const { to } of open) await stopStation(deps, to);
  const contents = new Map(archive.head.keys.map(({ volume }, at) => [volume, archive.keys[at] ?? '']));
  for (const [at, { volume, to, proxyId }] of open.entries()) {
    job.say('keys', `${at + 1} of ${open.length}`);
    await place(deps, hands.volumeOf(to), to, contents.get(volume) ?? '');
    job.log('info', `Station ${to}: ${proxyId}`);
  }
}

async function stopStation({ docker, env }: VaultDeps, station: number): Promise<void> {
  const found = await docker.inspectContainer(containerName(env.prefix, station));
  if (found === null || found.labels[FLEET_LABEL] !== env.prefix) return;
  if (found.state !== 'exited' && found.state !== 'created') await docker.stop(found.id, STOP_GRACE_SECONDS);
}

async function place(deps: VaultDeps, volume: string, station: number, content: string): Promise<void> {
  const { docker, env } = deps;
  const directory =
    (await docker.listVolumes()).find(({ name }) => name === volume)?.mountpoint ??
    (await docker.createVolume(volume, { [FLEET_LABEL]: env.prefix, [STATION_LABEL]: String(station) }));
  await keepReplaced(deps, volume, directory);
  // Of whoever the station runs as, from its first moment on: one it cannot read it would replace.
  const { uid, gid } = await lstat(directory);
  await atomicWrite(join(directory, KEY_FILE), content, 0o600, { uid, gid });
}

/** Even a damaged key may be somebody's last hope. */
async function keepReplaced({ paths, now }: VaultDeps, volume: string, directory: string): Promise<void> {
  const current = await readKeyFile(directory).catch((error: unknown) => {
    if (error instanceof UnusableKeyFile) return null;
    throw error;
  });
  if (current === null) return;
  const folder = join(paths.backupsDir, 'replaced-keys');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stamp = new Date(now()).toISOString().replaceAll(/[-:.]/g, '');
  await atomicWrite(join(folder, `${volume}-${stamp}.json`), current, 0o600);
}

async function startAll(
  judged: readonly JudgedPlacement[],
  whole: boolean,
  job: JobHandle,
  hands: FleetHands,
): Promise<void> {
  const { active, settings } = hands.desired();
  if (!active) {
    job.say('stations', 'The fleet is down; they have their keys when it comes up.');
    return;
  }
  const waiting = judged.filter(({ to }) => to > settings.count);
  if (waiting.length > 0)
    job.log(
      'info',
      `The fleet has ${plural(settings.count, 'station')}; ${plural(waiting.length, 'key')} above that wait in their volumes.`,
    );
  const stations = judged.map(({ to }) => to).filter((to) => to <= settings.count);
  if (whole) {
    await hands.prepareImage();
    await hands.move('stations');
  } else if (stations.length > 0) await hands.move('stations', stations);
}

async function verify(judged: readonly JudgedPlacement[], hands: FleetHands): Promise<void> {
  for (const { to, fingerprint, proxyId } of judged) {
    const key = await hands.key(to);
    if (key?.fingerprint !== fingerprint)
      throw new AppError('key_alarm', {
        message: `Station ${to} has ${key?.proxyId ?? 'no key'} instead of ${proxyId}.`,
        remedy: 'Restore it again; the archive is whole.',
      });
  }
}

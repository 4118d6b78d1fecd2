/** Brings stations of an archive back: the key into the slot's volume, then the station up with it. */
import { copyFile, lchown, lstat, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../lib/contract/errors.ts';
import { desiredFleetSchema } from '../../lib/contract/fleet.ts';
import type { ArchivedKey } from '../../lib/contract/vault.ts';
import { STOP_GRACE_SECONDS } from '../../lib/fleet/apply.ts';
import { containerName, FLEET_LABEL, STATION_LABEL } from '../../lib/fleet/names.ts';
import { plural } from '../../lib/format/count.ts';
import { ifAbsent } from '../../lib/host/absent.ts';
import { atomicWrite } from '../../lib/host/atomic-write.ts';
import { inspectKey, KEY_FILE } from '../../lib/stations/station-key.ts';
import type { OpenedArchive } from '../../lib/vault/archive.ts';
import type { FleetHands } from '../fleet/hands.ts';
import type { JobHandle } from '../jobs/runner.ts';
import type { StationKey } from './read-keys.ts';
import type { VaultDeps } from './service.ts';

export interface Placement {
  /** Station number in the archive and the slot it goes into. */
  from: number;
  to: number;
  content: string;
  proxyId: string;
  fingerprint: string;
}

/** Each archived key beside what its own slot holds now. */
export function compare(archive: OpenedArchive, now: readonly StationKey[]): ArchivedKey[] {
  const held = new Map(now.map((key) => [key.station, key]));
  return archive.head.keys.map(({ station, volume, proxyId, fingerprint }) => {
    const current = held.get(station);
    return {
      station,
      volume,
      proxyId,
      current: current?.proxyId ?? null,
      state: current === undefined ? 'free' : current.fingerprint === fingerprint ? 'same' : 'different',
    };
  });
}

/**
 * What goes where; all, each into its own slot, when nothing is named.
 * @throws AppError invalid_input for a station the archive does not have, or a key or slot named twice
 */
export function placementsOf(
  archive: OpenedArchive,
  stations: readonly { from: number; to: number }[] | undefined,
): Placement[] {
  const wanted = stations ?? archive.head.keys.map(({ station }) => ({ from: station, to: station }));
  const twice = (numbers: number[]) => numbers.find((number, at) => numbers.indexOf(number) !== at);
  const slot = twice(wanted.map(({ to }) => to)) ?? twice(wanted.map(({ from }) => from));
  if (slot !== undefined) throw refused(`station ${slot} is named twice; a key can live in one slot only`);
  return wanted.map(({ from, to }) => {
    const at = archive.head.keys.findIndex(({ station }) => station === from);
    const key = archive.head.keys[at];
    if (key === undefined)
      throw refused(`the archive has no station ${from}; it has ${archive.head.keys.map(({ station }) => station).join(', ')}`);
    return { from, to, content: archive.keys[at] ?? '', proxyId: key.proxyId, fingerprint: key.fingerprint };
  });
}

/** @throws AppError conflict naming the slots whose identity would be lost, and keys that already live elsewhere */
export function refuseConflicts(placements: readonly Placement[], now: readonly StationKey[], replace: boolean): void {
  const held = new Map(now.map((key) => [key.station, key]));
  const homes = new Map(now.map((key) => [key.fingerprint, key.station]));
  const slots = new Set(placements.map(({ to }) => to));
  for (const { from, to, fingerprint } of placements) {
    const home = homes.get(fingerprint);
    if (home !== undefined && home !== to && !slots.has(home))
      throw new AppError('conflict', {
        message: `The key of station ${from} lives on this server already, as station ${home}; in two stations it would work in neither.`,
        remedy: `Leave it out, or restore it into slot ${home}.`,
      });
  }
  const losing = placements.filter(({ to, fingerprint }) => {
    const current = held.get(to);
    return current !== undefined && current.fingerprint !== fingerprint;
  });
  if (losing.length > 0 && !replace)
    throw new AppError('conflict', {
      message: `These slots have another identity, which they would lose: ${losing.map(({ to, proxyId }) => `station ${to} is ${held.get(to)?.proxyId}, the archive's is ${proxyId}`).join('; ')}.`,
      remedy: 'Choose other slots, or say that they may be replaced (--replace); the keys they have now are kept beside the backups.',
    });
}

export interface RestoreWork {
  deps: VaultDeps;
  job: JobHandle;
  hands: FleetHands;
  placements: readonly Placement[];
  /** Of the archive, when they are wanted. */
  settings: string | null;
}

export async function restore({ deps, job, hands, placements, settings }: RestoreWork): Promise<void> {
  job.setSteps([
    { key: 'keys', title: `Put ${plural(placements.length, 'key')} into place` },
    { key: 'stations', title: 'Start the stations with them' },
    { key: 'verify', title: 'Compare every Proxy ID' },
  ]);
  await job.step('keys', async () => {
    for (const placement of placements) {
      await place(deps, hands, placement);
      job.log('info', `Station ${placement.to}: ${placement.proxyId}`);
    }
  });
  await job.step('stations', async () => {
    if (settings !== null) hands.save({ ...desiredFleetSchema.parse(JSON.parse(settings)), active: true });
    if (!hands.desired().active) {
      job.say('stations', 'The fleet is down; they have their keys when it comes up.');
      return;
    }
    if (settings !== null) await hands.prepareImage();
    await hands.move('stations', settings === null ? placements.map(({ to }) => to) : undefined);
  });
  await job.step('verify', async () => {
    for (const { to, fingerprint, proxyId } of placements) {
      const key = await hands.key(to);
      if (key?.fingerprint !== fingerprint)
        throw new AppError('key_alarm', {
          message: `Station ${to} has ${key?.proxyId ?? 'no key'} instead of ${proxyId}.`,
          remedy: 'Restore it again; the archive is whole.',
        });
    }
  });
}

/** The station stops, its volume gets the key, and the ledger learns that this is wanted. */
async function place(deps: VaultDeps, hands: FleetHands, { to, content, fingerprint }: Placement): Promise<void> {
  const { docker, env, fleet } = deps;
  const volume = hands.volumeOf(to);
  const found = await docker.inspectContainer(containerName(env.prefix, to));
  const isOurs = found !== null && found.labels[FLEET_LABEL] === env.prefix;
  const directory =
    (await docker.listVolumes()).find(({ name }) => name === volume)?.mountpoint ??
    (await docker.createVolume(volume, { [FLEET_LABEL]: env.prefix, [STATION_LABEL]: String(to) }));
  const path = join(directory, KEY_FILE);
  const current = await readFile(path, 'utf8').catch(ifAbsent(null));
  const held = inspectKey(current);
  if (held.state === 'sound' && held.fingerprint === fingerprint) return;
  if (isOurs && found.state !== 'exited' && found.state !== 'created') await docker.stop(found.id, STOP_GRACE_SECONDS);
  if (current !== null) await keepReplaced(deps, volume, path);
  await atomicWrite(path, content, 0o600);
  const { uid, gid } = await lstat(directory);
  await lchown(path, uid, gid);
  await fleet.acceptKey(to);
}

/** Even a damaged key may be somebody's last hope. */
async function keepReplaced({ paths, now }: VaultDeps, volume: string, path: string): Promise<void> {
  const folder = join(paths.backupsDir, 'replaced-keys');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stamp = new Date(now()).toISOString().replaceAll(/[:.]/g, '-');
  await copyFile(path, join(folder, `${volume}-${stamp}.json`), 1);
}

function refused(message: string): AppError {
  return new AppError('invalid_input', { message: `stations: ${message}.`, fields: [{ field: 'stations', message }] });
}


/** The stations of an older manager as the engine has them, and the numbers they get here. */
import * as z from 'zod';
import type { OrphanVolume, V1Station } from '../contract/migration.ts';
import { containerName, FLEET_LABEL } from '../fleet/names.ts';
import type { Docker } from '../host/docker-types.ts';
import { type KeyInspection, readVolumeKey } from '../stations/station-key.ts';

/** The part of `docker inspect` that is looked at; the whole of it is kept for the way back. */
const inspectSchema = z.object({
  Id: z.string(),
  Name: z.string().transform((name) => name.replace(/^\//, '')),
  State: z.object({ Running: z.boolean() }),
  Config: z.object({
    Image: z.string(),
    Cmd: z
      .array(z.string())
      .nullable()
      .transform((words) => words ?? []),
    Labels: z
      .record(z.string(), z.string())
      .nullable()
      .transform((labels) => labels ?? {}),
  }),
  HostConfig: z.object({
    NetworkMode: z.string(),
    /** 0: no limit. */
    NanoCpus: z.number().default(0),
    Memory: z.number().default(0),
    RestartPolicy: z.object({ Name: z.string() }).optional(),
  }),
  Mounts: z.array(z.object({ Type: z.string(), Name: z.string().optional(), Destination: z.string() })),
});

export interface FoundStation extends V1Station {
  containerId: string;
  /** Directory of its volume on this host; null without one. */
  directory: string | null;
  fingerprint: string | null;
  /** Limits it really has; null for none. */
  cpus: number | null;
  memoryMb: number | null;
  restartsAlways: boolean;
  /** All that the engine says of it. */
  inspect: Record<string, unknown>;
}

export interface FoundVolume extends OrphanVolume {
  directory: string;
  fingerprint: string | null;
}

export interface V1Fleet {
  stations: FoundStation[];
  orphans: FoundVolume[];
  /** Station number → volume, where that is not the name the station would give it. */
  volumes: Record<string, string>;
}

/** The most that a fleet can have. */
const MOST_STATIONS = 10_000;
const DEFAULT_CLIENTS = 50;
const DEFAULT_MBPS = 40;
/** Where an image keeps its data when its command does not say. */
const DATA_DIRS = ['/home/conduit/data', '/data'];

/**
 * @param base what the older manager calls its first container: `conduit`; the others are `conduit-2` and so on
 * @param prefix of this installation: its own volumes are nobody's orphans
 */
export async function findV1Fleet(docker: Docker, base: string, prefix: string): Promise<V1Fleet> {
  const stations: FoundStation[] = [];
  const volumes = new Map((await docker.listVolumes()).map((volume) => [volume.name, volume]));
  for (const { id, name, labels } of await docker.listContainers({ all: true })) {
    const station = numberOf(base, name);
    if (station === null || labels[FLEET_LABEL] !== undefined) continue;
    const inspect = await docker.inspectRaw(id);
    if (inspect !== null)
      stations.push(await describe(station, inspect, (volume) => volumes.get(volume)?.mountpoint ?? null));
  }
  giveNumbers(stations, prefix);
  noteTwins(stations);

  const used = new Set(stations.map(({ volume }) => volume));
  const taken = new Set(stations.map(({ station }) => station));
  const keys = new Map<string | null, number>();
  for (const { fingerprint, station } of stations) if (!keys.has(fingerprint)) keys.set(fingerprint, station);
  const orphans: FoundVolume[] = [];
  const left = [...volumes.values()].filter(
    ({ name, labels }) =>
      !used.has(name) &&
      // What we made has our label, whatever its name.
      labels[FLEET_LABEL] === undefined &&
      (numberOf(`${base}-data`, name) !== null || numberOf(`${prefix}-data`, name) !== null),
  );
  const ownNumber = (name: string) => numberOf(`${base}-data`, name) ?? numberOf(`${prefix}-data`, name) ?? 1;
  // First those that can keep their number, then those whose number a station has.
  const order = ({ name }: { name: string }) => (taken.has(ownNumber(name)) ? 100_000 : 0) + ownNumber(name);
  for (const { name, mountpoint } of left.toSorted((a, b) => order(a) - order(b))) {
    const key = await readVolumeKey(mountpoint);
    if (key.state === 'missing') continue;
    const { fingerprint, ...facts } = keyFacts(key);
    const twin = fingerprint === null ? undefined : keys.get(fingerprint);
    let station = ownNumber(name);
    while (taken.has(station)) station++;
    if (twin === undefined) {
      taken.add(station);
      if (fingerprint !== null) keys.set(fingerprint, station);
    }
    orphans.push({
      volume: name,
      station,
      ...facts,
      fingerprint,
      directory: mountpoint,
      obstacle: orphanObstacle(key, twin),
    });
  }
  const assigned = [...stations, ...orphans].filter(({ obstacle }) => obstacle === null);
  return {
    stations,
    orphans,
    volumes: Object.fromEntries(
      assigned.flatMap(({ station, volume }) =>
        volume === null || volume === `${prefix}-data-${station}` ? [] : [[String(station), volume]],
      ),
    ),
  };
}

/**
 * A container whose name is the one a station of ours has must get that station's number, or the name would be in our
 * way; another one of the same number gets the next that is free.
 */
function giveNumbers(stations: FoundStation[], prefix: string): void {
  const holders = new Map<number, FoundStation>();
  const late: FoundStation[] = [];
  for (const one of stations) {
    const holder = holders.get(one.station);
    if (holder === undefined) holders.set(one.station, one);
    else if (one.name === containerName(prefix, one.station)) {
      holders.set(one.station, one);
      late.push(holder);
    } else late.push(one);
  }
  for (const one of late) {
    while (holders.has(one.station)) one.station++;
    holders.set(one.station, one);
  }
  stations.sort((a, b) => a.station - b.station);
  for (const one of stations)
    if (one.station > MOST_STATIONS)
      one.obstacle ??= `its number ${one.station} is more than a fleet can have`;
}

/** Two stations with one key would cancel each other out at Psiphon. */
function noteTwins(stations: readonly FoundStation[]): void {
  const first = new Map<string, FoundStation>();
  for (const one of stations) {
    if (one.fingerprint === null || one.obstacle !== null) continue;
    const other = first.get(one.fingerprint);
    if (other === undefined) first.set(one.fingerprint, one);
    else one.obstacle = `it has the same key as ${other.name}`;
  }
}

function orphanObstacle(key: KeyInspection, twin: number | undefined): string | null {
  if (key.state !== 'sound') return 'the key in it cannot be read';
  return twin === undefined ? null : `it holds the same key as station ${twin}`;
}

/** `conduit` and `conduit-data` are the first of their kind, and have no number. */
function numberOf(base: string, name: string): number | null {
  if (name === base) return 1;
  const match = /^([1-9]\d{0,4})$/.exec(name.startsWith(`${base}-`) ? name.slice(base.length + 1) : '');
  return match === null ? null : Number(match[1]);
}

async function describe(
  station: number,
  inspect: Record<string, unknown>,
  directoryOf: (volume: string) => string | null,
): Promise<FoundStation> {
  const found = inspectSchema.parse(inspect);
  const command = found.Config.Cmd;
  const flag = (...names: string[]) => {
    const at = command.findIndex((word) =>
      names.some((name) => word === name || word.startsWith(`${name}=`)),
    );
    const word = command[at] ?? '';
    return at === -1
      ? null
      : word.includes('=')
        ? word.slice(word.indexOf('=') + 1)
        : (command[at + 1] ?? null);
  };
  const dataDirs = [flag('--data-dir', '-d'), ...DATA_DIRS];
  const mount = found.Mounts.find(({ Destination }) => dataDirs.includes(Destination)) ?? null;
  const volume = mount?.Type === 'volume' ? (mount.Name ?? null) : null;
  const directory = volume === null ? null : directoryOf(volume);
  const key: KeyInspection =
    directory === null ? { state: 'missing', reason: 'it has no volume' } : await readVolumeKey(directory);
  return {
    station,
    name: found.Name,
    containerId: found.Id,
    running: found.State.Running,
    image: found.Config.Image,
    network: found.HostConfig.NetworkMode,
    volume,
    directory,
    maxClients: numberIn(flag('--max-clients', '--max-common-clients', '-m'), DEFAULT_CLIENTS),
    bandwidthMbps: numberIn(flag('--bandwidth', '-b'), DEFAULT_MBPS),
    cpus: found.HostConfig.NanoCpus > 0 ? found.HostConfig.NanoCpus / 1e9 : null,
    memoryMb: found.HostConfig.Memory > 0 ? Math.floor(found.HostConfig.Memory / 1_048_576) : null,
    restartsAlways: found.HostConfig.RestartPolicy?.Name === 'always',
    ...keyFacts(key),
    obstacle: obstacleOf(found, mount, key),
    inspect,
  };
}

/** Null for what is no number. */
function numberIn(word: string | null, usual: number): number | null {
  const value = word === null ? usual : Number(word);
  return Number.isFinite(value) ? value : null;
}

function obstacleOf(
  { Config }: z.output<typeof inspectSchema>,
  mount: { Type: string } | null,
  key: KeyInspection,
): string | null {
  if (Config.Cmd[0] !== 'start') return 'it is no station: its command does not begin with `start`';
  if (mount === null) return 'it keeps no data: its key would be gone with its container';
  if (mount.Type !== 'volume') return 'its data is in a directory of the host, not in a volume';
  return key.state === 'sound' ? null : `its key cannot be taken over: ${key.reason}`;
}

function keyFacts(key: KeyInspection): Pick<FoundStation, 'keyState' | 'proxyId' | 'fingerprint'> {
  return key.state === 'sound'
    ? { keyState: 'sound', proxyId: key.proxyId, fingerprint: key.fingerprint }
    : { keyState: key.state, proxyId: null, fingerprint: null };
}

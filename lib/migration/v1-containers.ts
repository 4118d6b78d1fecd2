/** The stations of an older manager as the engine has them, and the numbers they get here. */
import { z } from 'zod';
import type { OrphanVolume, V1Station } from '../contract/migration.ts';
import { FLEET_LABEL } from '../fleet/names.ts';
import type { Docker } from '../host/docker-types.ts';
import { type KeyInspection, readVolumeKey } from '../stations/station-key.ts';

/** The part of `docker inspect` that is looked at; the whole of it is kept for the way back. */
const inspectSchema = z.object({
  Id: z.string(),
  Name: z.string().transform((name) => name.replace(/^\//, '')),
  Image: z.string(),
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
  HostConfig: z.object({ NetworkMode: z.string() }),
  Mounts: z.array(z.object({ Type: z.string(), Name: z.string().optional(), Destination: z.string() })),
});

export interface FoundStation extends V1Station {
  containerId: string;
  imageId: string;
  /** Directory of its volume on this host; null without one. */
  directory: string | null;
  fingerprint: string | null;
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
  stations.sort((a, b) => a.station - b.station);
  for (const [at, one] of stations.entries())
    if (stations[at - 1]?.station === one.station)
      one.obstacle ??= `another container is station ${one.station} already`;

  const used = new Set(stations.map(({ volume }) => volume));
  const taken = new Set(stations.map(({ station }) => station));
  const orphans: FoundVolume[] = [];
  const left = [...volumes.values()].filter(
    ({ name }) =>
      !used.has(name) &&
      (numberOf(`${base}-data`, name) !== null || numberOf(`${prefix}-data`, name) !== null),
  );
  for (const { name, mountpoint } of left.sort((a, b) =>
    a.name.localeCompare(b.name, 'en', { numeric: true }),
  )) {
    const key = await readVolumeKey(mountpoint);
    if (key.state === 'missing') continue;
    const own = numberOf(`${base}-data`, name) ?? numberOf(`${prefix}-data`, name) ?? 1;
    let station = own;
    while (taken.has(station)) station++;
    taken.add(station);
    orphans.push({ volume: name, station, ...keyFacts(key), directory: mountpoint });
  }
  const assigned = [...stations.filter(({ obstacle }) => obstacle === null), ...orphans];
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
    imageId: found.Image,
    network: found.HostConfig.NetworkMode,
    volume,
    directory,
    maxClients: Number(flag('--max-clients', '--max-common-clients', '-m') ?? DEFAULT_CLIENTS),
    bandwidthMbps: Number(flag('--bandwidth', '-b') ?? DEFAULT_MBPS),
    ...keyFacts(key),
    obstacle: obstacleOf(found, mount, key),
    inspect,
  };
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

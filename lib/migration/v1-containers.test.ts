import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Docker } from '../host/docker-types.ts';
import { findV1Fleet } from './v1-containers.ts';

let root: string;
interface Inspected {
  Config: { Labels: Record<string, string> | null; [name: string]: unknown };
  [name: string]: unknown;
}

let containers: Record<string, Inspected>;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'v1-'));
  containers = {};
});
afterEach(() => rm(root, { recursive: true, force: true }));

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  const both = Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]);
  return JSON.stringify({ privateKeyBase64: both.toString('base64') });
}

const volumes = new Set<string>();
beforeEach(() => volumes.clear());
/** @param key null for a volume without one */
async function volume(name: string, key: string | null = newKey()): Promise<void> {
  volumes.add(name);
  await mkdir(join(root, name), { recursive: true });
  if (key !== null) await writeFile(join(root, name, 'conduit_key.json'), key);
}

interface Made {
  command?: string[];
  mounts?: { Type: string; Name?: string; Destination: string }[];
  host?: Record<string, unknown>;
  labels?: Record<string, string>;
}
function container(name: string, of: string, made: Made = {}): void {
  containers[name] = {
    Id: `id-${name}`,
    Name: `/${name}`,
    State: { Running: true },
    Config: {
      Image: 'ssmirr',
      Cmd: made.command ?? ['start', '--max-clients', '200', '--bandwidth', '5'],
      Labels: made.labels ?? null,
    },
    HostConfig: { NetworkMode: 'host', ...made.host },
    Mounts: made.mounts ?? [{ Type: 'volume', Name: of, Destination: '/home/conduit/data' }],
  };
}

function find() {
  const docker = {
    listVolumes: async () => [...volumes].map((name) => ({ name, mountpoint: join(root, name), labels: {} })),
    listContainers: async () =>
      Object.entries(containers).map(([name, { Config }]) => ({
        id: name,
        name,
        labels: Config.Labels ?? {},
      })),
    inspectRaw: async (name: string) => containers[name] ?? null,
  } as unknown as Docker;
  return findV1Fleet(docker, 'conduit', 'conduit');
}

it('names and numbers both managers’ stations, and what each really runs with', async () => {
  for (const name of ['conduit-data', 'conduit-data-2', 'conduit-data-3']) await volume(name);
  container('conduit', 'conduit-data');
  container('conduit-2', 'conduit-data-2', {
    command: ['start', '-m=70', '--bandwidth=-1', '--data-dir', '/data'],
    mounts: [{ Type: 'volume', Name: 'conduit-data-2', Destination: '/data' }],
    host: { NanoCpus: 500_000_000, Memory: 536_870_912, RestartPolicy: { Name: 'always' } },
  });
  // "Unlimited" of CONDUIT-CLUSTER-MANAGER leaves the flag out: the station's own 40 holds.
  container('conduit-3', 'conduit-data-3', { command: ['start'] });
  const { stations, volumes: assigned } = await find();
  expect(
    stations.map(({ name, station, maxClients, bandwidthMbps, cpus, memoryMb, restartsAlways, obstacle }) => [
      name,
      station,
      maxClients,
      bandwidthMbps,
      cpus,
      memoryMb,
      restartsAlways,
      obstacle,
    ]),
  ).toEqual([
    ['conduit', 1, 200, 5, null, null, false, null],
    ['conduit-2', 2, 70, -1, 0.5, 512, true, null],
    ['conduit-3', 3, 50, 40, null, null, false, null],
  ]);
  expect(assigned).toEqual({ '1': 'conduit-data' });
});

it('leaves alone what is no station, what is ours, and what has no key to take over', async () => {
  await volume('conduit-data-2', '');
  await volume('conduit-data-3');
  await volume('conduit-data-6');
  container('conduit', 'x', { mounts: [] });
  container('conduit-2', 'conduit-data-2');
  container('conduit-3', 'conduit-data-3', { command: ['sh'] });
  container('conduit-4', 'x', { mounts: [{ Type: 'bind', Destination: '/home/conduit/data' }] });
  container('conduit-5', 'x', { labels: { 'org.conduit-cluster.fleet': 'conduit' } });
  container('conduit-6', 'conduit-data-6', { command: ['start', '--max-clients', 'many'] });
  container('conduit-exporter', 'x');
  container('conduit-20000', 'conduit-data-20000');
  const { stations } = await find();
  expect(stations.map(({ name, obstacle }) => [name, obstacle])).toEqual([
    ['conduit', expect.stringContaining('keeps no data')],
    ['conduit-2', expect.stringContaining('the file is empty')],
    ['conduit-3', expect.stringContaining('no station')],
    ['conduit-4', expect.stringContaining('directory of the host')],
    ['conduit-6', null],
    ['conduit-20000', expect.any(String)],
  ]);
  expect(stations.find(({ name }) => name === 'conduit-6')?.maxClients).toBeNull();
});

it('gives a number twice to nobody: the name that ours will need has precedence', async () => {
  for (const name of ['conduit-data', 'conduit-data-1', 'conduit-data-2']) await volume(name);
  container('conduit', 'conduit-data');
  container('conduit-1', 'conduit-data-1');
  container('conduit-2', 'conduit-data-2');
  const { stations, volumes: assigned } = await find();
  expect(stations.map(({ name, station }) => [name, station])).toEqual([
    ['conduit-1', 1],
    ['conduit-2', 2],
    ['conduit', 3],
  ]);
  expect(assigned).toEqual({ '3': 'conduit-data' });
});

it('takes one key for one station only', async () => {
  const key = newKey();
  for (const name of ['conduit-data', 'conduit-data-2', 'conduit-data-4']) await volume(name, key);
  container('conduit', 'conduit-data');
  container('conduit-2', 'conduit-data-2');
  const { stations, orphans, volumes: assigned } = await find();
  expect(stations.map(({ obstacle }) => obstacle)).toEqual([null, 'it has the same key as conduit']);
  expect(orphans.map(({ volume: name, obstacle }) => [name, obstacle])).toEqual([
    ['conduit-data-4', 'it holds the same key as station 1'],
  ]);
  expect(assigned).toEqual({ '1': 'conduit-data' });
});

it('finds a place for every volume that is left over, its own number first', async () => {
  for (const name of ['conduit-data', 'conduit-data-1', 'conduit-data-2', 'conduit-data-7'])
    await volume(name);
  await volume('conduit-data-3', null);
  await volume('conduit-data-8', 'damaged');
  await volume('conduit-data-of-somebody');
  container('conduit', 'conduit-data');
  const { orphans, volumes: assigned } = await find();
  expect(orphans.map(({ volume: name, station, obstacle }) => [name, station, obstacle])).toEqual([
    ['conduit-data-2', 2, null],
    ['conduit-data-7', 7, null],
    ['conduit-data-8', 8, 'the key in it cannot be read'],
    ['conduit-data-1', 3, null],
  ]);
  expect(assigned).toEqual({ '1': 'conduit-data', '3': 'conduit-data-1' });
});

/** A server as conduit-manager 1.x leaves it: containers on the host's network, files below a root of the test's own. */
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../lib/host/run.ts';
import { sha256Of } from '../../lib/migration/host-files.ts';
import { readVolumeKey } from '../../lib/stations/station-key.ts';
import { docker } from './fleet.ts';
import { waitFor } from './wait-for.ts';

export const V1_IMAGE = 'conduit-simulator:ssmirr';

export interface V1Host {
  root: string;
  /** Containers by name, as `docker inspect` shows what makes them: what must be the same after a way back. */
  containers(): Promise<Record<string, unknown>>;
  /** Every file and link below the root but those of `except`: content's checksum or target, mode and owner. */
  files(except?: RegExp): Promise<Record<string, string>>;
  /** Proxy ID by volume. */
  proxyIds(): Promise<Record<string, string>>;
  dispose(): Promise<void>;
}

export interface V1HostOptions {
  /** What its first container is called. */
  base: string;
  stations: number;
  /** Numbers of volumes with a key and without a container. */
  orphans?: number[];
  /** Arguments by station, behind `start`. */
  args?: Record<number, string[]>;
  files?: Record<string, string>;
}

/** An address that must never be found anywhere else. */
export const SECRET_ADDRESS = '2.144.99.201';

export const V12_FILES: Record<string, string> = {
  'opt/conduit/conduit': '#!/bin/bash\necho conduit-manager 1.2\n',
  'opt/conduit/settings.conf':
    'MAX_CLIENTS=200\nBANDWIDTH=5\nCONTAINER_COUNT=5\nDATA_CAP_GB=500\nTELEGRAM_BOT_TOKEN="123:abc $(touch /tmp/never)"\n' +
    'TELEGRAM_ENABLED=true\nMAX_CLIENTS_2=120\nMEMORY_2=512m\n',
  'etc/systemd/system/conduit.service':
    '[Unit]\nDescription=Psiphon Conduit\n[Service]\nType=oneshot\nRemainAfterExit=yes\n' +
    'ExecStart=/usr/local/bin/conduit start\nExecStop=/usr/local/bin/conduit stop\n[Install]\nWantedBy=multi-user.target\n',
  'etc/systemd/system/conduit-tracker.service':
    '[Service]\nExecStart=/bin/bash /opt/conduit/conduit-tracker.sh\n',
  'var/spool/cron/crontabs/root':
    'MAILTO=root\n0 3 * * * /usr/bin/certbot renew\n0 0 */2 * * /usr/local/bin/conduit update --auto > /var/log/conduit-autoupdate.log 2>&1\n',
  'opt/conduit/traffic_stats/cumulative_data':
    'Iran - #FreeIran|1000000|9000000\nGermany|5|7\nAtlantis|11|13\nbroken line\nUnknown|1|2\n',
  'opt/conduit/traffic_stats/cumulative_ips': `Iran - #FreeIran|${SECRET_ADDRESS}\nGermany|203.0.113.77\n`,
  'opt/conduit/traffic_stats/tracker_snapshot': `FROM|Iran - #FreeIran|300|${SECRET_ADDRESS}\n`,
};
const LINKS: Record<string, string> = {
  'usr/local/bin/conduit': '/opt/conduit/conduit',
  'etc/systemd/system/multi-user.target.wants/conduit.service': '/etc/systemd/system/conduit.service',
};

export async function createV1Host(options: V1HostOptions): Promise<V1Host> {
  const { base, stations, orphans = [], args = {}, files = V12_FILES } = options;
  const root = await mkdtemp(join(tmpdir(), `${base}-host-`));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await chmod(join(root, 'opt/conduit/settings.conf'), 0o600);
  for (const [path, target] of Object.entries(LINKS)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await symlink(target, join(root, path));
  }
  await clean(base);
  const all = [...Array.from({ length: stations }, (_, i) => i + 1), ...orphans];
  for (const station of all) {
    const own = args[station] ?? ['--max-clients', '200', '--bandwidth', '5', '--stats-file'];
    await run('docker', [
      ...[
        'run',
        '-d',
        '--name',
        nameOf(base, station),
        '--restart',
        'unless-stopped',
        '--log-opt',
        'max-size=15m',
      ],
      ...['--log-opt', 'max-file=3', '-v', `${nameOf(`${base}-data`, station)}:/home/conduit/data`],
      ...['--network', 'host', V1_IMAGE, 'start', ...own],
    ]);
  }
  for (const station of all)
    await waitFor(`the key of v1's station ${station}`, async () => (await keyOf(base, station)) !== null);
  for (const station of orphans) await run('docker', ['rm', '-f', nameOf(base, station)]);

  return {
    root,
    async containers() {
      const found: Record<string, unknown> = {};
      for (const { id, name } of await docker.listContainers({ all: true }))
        if (isTheirs(base, name)) found[name] = whatMakesIt(await docker.inspectRaw(id));
      return found;
    },
    files: (except) => filesBelow(root, except),
    async proxyIds() {
      const found: Record<string, string> = {};
      for (const { name, mountpoint } of await docker.listVolumes())
        if (isTheirs(`${base}-data`, name)) {
          const key = await readVolumeKey(mountpoint);
          if (key.state === 'sound') found[name] = key.proxyId;
        }
      return found;
    },
    async dispose() {
      await clean(base);
      await rm(root, { recursive: true, force: true });
    },
  };
}

function nameOf(base: string, station: number): string {
  return station === 1 ? base : `${base}-${station}`;
}

function isTheirs(base: string, name: string): boolean {
  return name === base || new RegExp(`^${base}-\\d+$`).test(name);
}

async function keyOf(base: string, station: number): Promise<string | null> {
  const volume = (await docker.listVolumes()).find(({ name }) => name === nameOf(`${base}-data`, station));
  const key = volume === undefined ? null : await readVolumeKey(volume.mountpoint);
  return key?.state === 'sound' ? key.proxyId : null;
}

/** Arguments, image, network, volumes, restart policy and whether it runs; not what each start changes. */
function whatMakesIt(inspect: Record<string, unknown> | null): unknown {
  const { Config, HostConfig, Image, State, Mounts } = (inspect ?? {}) as Record<
    string,
    Record<string, unknown>
  >;
  return { Config, HostConfig, Image, Mounts, running: State?.Running };
}

async function clean(base: string): Promise<void> {
  const ours = new RegExp(`^${base}(-data)?(-\\d+)?(-v1)?$`);
  for (const { id, name } of await docker.listContainers({ all: true }))
    if (ours.test(name)) await docker.remove(id, { force: true });
  for (const { name } of await docker.listVolumes()) if (ours.test(name)) await docker.removeVolume(name);
}

async function filesBelow(root: string, except = /$^/): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(root.length + 1);
    if (except.test(name)) continue;
    const { mode, uid, gid } = await lstat(path);
    const content = entry.isSymbolicLink() ? `-> ${await readlink(path)}` : sha256Of(await readFile(path));
    found[name] = entry.isSymbolicLink() ? content : `${content} ${mode.toString(8)} ${uid}:${gid}`;
  }
  return found;
}

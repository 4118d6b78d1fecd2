/** A server as conduit-manager 1.x leaves it: containers on the host's network, files below a root of the test's own. */
import {
  chmod,
  chown,
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
import { sha256Of } from '../../lib/host/digest.ts';
import { run } from '../../lib/host/run.ts';
import { readVolumeKey } from '../../lib/stations/station-key.ts';
import { stopNginxOf } from './agent.ts';
import { docker } from './fleet.ts';
import { waitFor } from './wait-for.ts';

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
  /** How the manager in question makes a container; by default as conduit-manager 1.2 does. */
  make?: (base: string, station: number) => { name: string; volume: string; words: string[] };
  files?: Record<string, string>;
}

/** An address that must never be found anywhere else. */
export const SECRET_ADDRESS = '2.144.99.201';

const CRONTAB =
  'MAILTO=root\n0 3 * * * /usr/bin/certbot renew\n0 0 */2 * * /usr/local/bin/conduit update --auto > /var/log/conduit-autoupdate.log 2>&1\n';
const UNIT =
  '[Unit]\nDescription=Psiphon Conduit\n[Service]\nType=oneshot\nRemainAfterExit=yes\n' +
  'ExecStart=/usr/local/bin/conduit start\nExecStop=/usr/local/bin/conduit stop\n[Install]\nWantedBy=multi-user.target\n';

export const V12_FILES: Record<string, string> = {
  'opt/conduit/conduit': '#!/bin/bash\necho conduit-manager 1.2\n',
  'opt/conduit/settings.conf':
    'MAX_CLIENTS=200\nBANDWIDTH=5\nCONTAINER_COUNT=5\nDATA_CAP_GB=500\nTELEGRAM_BOT_TOKEN="123:abc $(touch /tmp/never)"\n' +
    'TELEGRAM_ENABLED=true\nMAX_CLIENTS_2=120\nMEMORY_7=512m\n',
  'etc/systemd/system/conduit.service': UNIT,
  'etc/systemd/system/conduit-tracker.service':
    '[Service]\nExecStart=/bin/bash /opt/conduit/conduit-tracker.sh\n',
  'var/spool/cron/crontabs/root': CRONTAB,
  'opt/conduit/traffic_stats/cumulative_data':
    'Iran - #FreeIran|1000000|9000000\nGermany|5|7\nAtlantis|11|13\nbroken line\nUnknown|1|2\nSouth Korea|3|4\n',
  'opt/conduit/traffic_stats/cumulative_data.2025-10': 'Iran - #FreeIran|100|200\nGermany|5|7\n',
  'opt/conduit/traffic_stats/cumulative_data.2025-11': 'Iran - #FreeIran|400|900\nGermany|1|7\n',
  'opt/conduit/traffic_stats/connection_history': '1763000000|12|3\n1763000300|14|2\nrubbish\n',
  'opt/conduit/traffic_stats/uptime_log': '1763000000|5\n1763000060|5\n1763000120|5\n1763000180|4\n',
  'opt/conduit/traffic_stats/report_snapshots': '1763000000|12|5000|5\n1763021600|20|9000|5\n',
  'opt/conduit/traffic_stats/last_update_id': '4711\n',
  'opt/conduit/traffic_stats/cumulative_ips': `Iran - #FreeIran|${SECRET_ADDRESS}\nGermany|203.0.113.77\n`,
  'opt/conduit/traffic_stats/tracker_snapshot': `FROM|Iran - #FreeIran|300|${SECRET_ADDRESS}\n`,
};

/** CONDUIT-CLUSTER-MANAGER: ISO codes, its own balancer, kernel parameters and lines of cron. */
export const CCM_FILES: Record<string, string> = {
  'opt/conduit/conduit': '#!/bin/bash\necho 2.5\n',
  'opt/conduit/settings.conf': 'MAX_CLIENTS=150\nBANDWIDTH=-1\nCONTAINER_COUNT=40\nCONTAINER_CPUS_2=0.5\n',
  'etc/systemd/system/conduit.service': UNIT,
  'var/spool/cron/crontabs/root':
    '# Conduit v2.0 Health Monitoring\n*/5 * * * * /opt/conduit/health-check.sh\n*/1 * * * * /opt/conduit/nginx-watchdog.sh\n5 5 * * * /usr/local/bin/conduit status | mail me\n',
  'etc/sysctl.d/99-conduit-cluster.conf': 'net.core.somaxconn = 65535\n',
  'etc/security/limits.conf': '# conduit\n* soft nofile 65535\n',
  'etc/nginx/nginx.conf':
    'user nginx;\nevents {\n  worker_connections 65535;\n}\nstream { upstream conduit { server 127.0.0.1:8081; } }\n',
  'etc/nginx/nginx.conf.backup.1760000000': '# before\n',
  'opt/conduit/traffic_stats/cumulative_data': 'IR|1000|9000\nDE|5|7\n',
  'opt/conduit/traffic_stats/cumulative_ips': `${SECRET_ADDRESS}|IR\n`,
};
const LINKS: Record<string, string> = {
  'usr/local/bin/conduit': '/opt/conduit/conduit',
  'etc/systemd/system/multi-user.target.wants/conduit.service': '/etc/systemd/system/conduit.service',
};

/** On the host's network each needs ports of its own; below those that the kernel hands out. */
export function ingressOf(station: number): number {
  return 443 + 21_000 + station;
}

function asV12(base: string, station: number) {
  const volume = nameOf(`${base}-data`, station);
  return {
    name: nameOf(base, station),
    volume,
    words: [
      ...['--restart', 'unless-stopped', '--log-opt', 'max-size=15m', '--log-opt', 'max-file=3'],
      ...['-v', `${volume}:/home/conduit/data`, '--network', 'host'],
      ...['-e', `CONDUIT_SIM_PORT_OFFSET=${21_000 + station}`, 'conduit-simulator:ssmirr', 'start'],
    ],
  };
}

/** As the installer of CONDUIT-CLUSTER-MANAGER does: data in /data, one port of the loopback interface each. */
export function asCcm(base: string, station: number) {
  const volume = `${base}-data-${station}`;
  return {
    name: `${base}-${station}`,
    volume,
    words: [
      ...['--restart', 'always', '--ulimit', 'nofile=4096:4096', '--cpus', '0.5'],
      ...['-v', `${volume}:/data`, '--network', `${base}-old`, '-p', `127.0.0.1:${18_080 + station}:443`],
      ...['conduit-simulator:january', 'start', '--data-dir', '/data'],
    ],
  };
}

export async function createV1Host(options: V1HostOptions): Promise<V1Host> {
  const { base, stations, orphans = [], args = {}, files = V12_FILES, make = asV12 } = options;
  await clean(base);
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
  // Stands for Docker's own bridge, which the network of a test machine may lack.
  if (make !== asV12) await run('docker', ['network', 'create', `${base}-old`]);
  const all = [...Array.from({ length: stations }, (_, i) => i + 1), ...orphans];
  for (const station of all) {
    const { name, volume, words } = make(base, station);
    // Those managers hand a volume over by hand, where the image would not.
    const made = await run('docker', ['volume', 'create', volume]);
    const { stdout } = await run('docker', [
      'volume',
      'inspect',
      '-f',
      '{{.Mountpoint}}',
      made.stdout.trim(),
    ]);
    await chown(stdout.trim(), 1000, 1000);
    const own = args[station] ?? ['--max-clients', '200', '--bandwidth', '5', '--stats-file'];
    await run('docker', ['run', '-d', '--name', name, ...words, ...own]);
  }
  for (const station of all)
    await waitFor(
      `the key of v1's station ${station}`,
      async () => (await keyIn(make(base, station).volume)) !== null,
    );
  for (const station of orphans) await run('docker', ['rm', '-f', make(base, station).name]);

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
      await stopNginxOf(root);
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

async function keyIn(name: string): Promise<string | null> {
  const volume = (await docker.listVolumes()).find((one) => one.name === name);
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
  await docker.removeNetwork(`${base}-old`);
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

/** What older managers left on this server; read only. Formats: conduit-manager 1.x and CONDUIT-CLUSTER-MANAGER 2.x. */
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ifAbsent, readIfThere } from '../host/absent.ts';
import type { Leftover } from './facts.ts';

const TAKE_OVER = '`sudo conduit migrate-to-v2` takes its stations over';

/** Services, which matter while they start with the server. */
const UNITS: readonly { name: string; what: string }[] = [
  {
    name: 'conduit.service',
    what: 'starts conduit-manager 1.x with the server, and removes containers when it is stopped',
  },
  {
    name: 'conduit-tracker.service',
    what: 'starts the tracker of conduit-manager 1.x, which writes client addresses to disk',
  },
  { name: 'conduit-telegram.service', what: 'starts the messages of conduit-manager 1.x' },
];

/** Paths below the root whose presence alone tells. */
const FILES: readonly Leftover[] = [
  {
    path: 'etc/sysctl.d/99-conduit-cluster.conf',
    what: 'kernel parameters of CONDUIT-CLUSTER-MANAGER, set at each start',
    remedy: 'Remove /etc/sysctl.d/99-conduit-cluster.conf; `sudo conduit tune` sets better ones.',
  },
  {
    path: 'etc/nginx/stream.d/conduit.conf',
    what: 'the balancer of CONDUIT-CLUSTER-MANAGER; nothing reads it once ours is in place',
    remedy: null,
  },
  {
    path: 'etc/systemd/system/nginx.service.d/override.conf',
    what: 'a change to the nginx service, perhaps of CONDUIT-CLUSTER-MANAGER',
    remedy: null,
  },
  {
    path: 'opt/conduit/settings.conf',
    what: 'the settings of an older manager; a migration reads them',
    remedy: null,
  },
  { path: 'data_cap_exceeded', what: 'a mark of conduit-manager 1.x that nothing reads', remedy: null },
];

/** Of the old tracker: each line of these is a client's address. */
const ADDRESSES =
  /^(cumulative_ips|geoip_cache|tracker_snapshot|batch_tmp|batch_ips|geo_map|resolved_batch)(\.\w+)?$/;
/** Files in which a block of theirs may stand among lines of others. */
const BLOCKS: readonly Leftover[] = [
  {
    path: 'etc/sysctl.conf',
    what: 'a block of CONDUIT-CLUSTER-MANAGER',
    remedy: 'Take its block out of /etc/sysctl.conf; `sudo conduit tune` sets better values.',
  },
  {
    path: 'etc/security/limits.conf',
    what: 'limits of open files by CONDUIT-CLUSTER-MANAGER, which do no harm',
    remedy: null,
  },
];
/** Lines of a crontab that belong to them. */
const CRON = /conduit update --auto|\/opt\/conduit\/(health-check|nginx-watchdog)\.sh/;
const CRONTABS = ['etc/crontab', 'var/spool/cron/crontabs/root', 'var/spool/cron/root'];

/** @param etcDir /etc; the rest is looked for beside it, so that a test's directory holds all of it */
export async function findLeftovers(etcDir: string): Promise<Leftover[]> {
  const root = join(etcDir, '..');
  return [
    ...(await enabledServices(root)),
    ...(await present(root, FILES)),
    ...(await blocks(root)),
    ...(await cronLines(root)),
    ...(await addressFiles(root)),
    ...(await command(root)),
  ];
}

async function enabledServices(root: string): Promise<Leftover[]> {
  const found: Leftover[] = [];
  const directory = join(root, 'etc/systemd/system');
  const wanting = (await namesIn(directory)).filter((name) => /\.(wants|requires)$/.test(name));
  for (const { name, what } of UNITS) {
    const links = wanting.map((one) => join(directory, one, name));
    if (!(await Promise.all(links.map(exists))).includes(true)) continue;
    const path = join(directory, name);
    const text = await readIfThere(path);
    const isTheirs = name !== 'conduit.service' || text === null || startsV1(text);
    found.push({
      path,
      what: isTheirs ? what : 'a service of another program that is named conduit too',
      // Stopping it would end stations that serve people.
      remedy: isTheirs ? `\`sudo systemctl disable ${name}\` (not \`stop\`).` : null,
    });
  }
  for (const level of await namesIn(join(root, 'etc'))) {
    if (!/^rc[2-5]\.d$/.test(level)) continue;
    const script = (await namesIn(join(root, 'etc', level))).find((name) => /^S\d\dconduit$/.test(name));
    if (script === undefined) continue;
    const what = 'starts conduit-manager 1.x with the server';
    found.push({
      path: join(root, 'etc', level, script),
      what,
      remedy: '`sudo update-rc.d conduit disable`.',
    });
    break;
  }
  return found;
}

/** Others use the same name for their unit: what it starts tells them apart. Pure. */
export function startsV1(unit: string): boolean {
  return /^ExecStart=\/usr\/local\/bin\/conduit start\b/m.test(unit);
}

async function present(root: string, files: readonly Leftover[]): Promise<Leftover[]> {
  const there = await Promise.all(files.map(({ path }) => exists(join(root, path))));
  return files.filter((_, at) => there[at]).map((one) => ({ ...one, path: join(root, one.path) }));
}

async function blocks(root: string): Promise<Leftover[]> {
  const texts = await Promise.all(BLOCKS.map(({ path }) => readIfThere(join(root, path))));
  return BLOCKS.filter((_, at) => /conduit/i.test(texts[at] ?? '')).map((one) => ({
    ...one,
    path: join(root, one.path),
  }));
}

async function cronLines(root: string): Promise<Leftover[]> {
  const daily = (await namesIn(join(root, 'etc/cron.d'))).map((name) => join('etc/cron.d', name));
  const found: Leftover[] = [];
  for (const path of [...CRONTABS, ...daily].map((name) => join(root, name))) {
    const lines = (await readIfThere(path))?.split('\n') ?? [];
    if (!lines.some((line) => !line.startsWith('#') && CRON.test(line))) continue;
    const remedy = `Take its lines out of ${path} (\`sudo crontab -e\` where it is root's own).`;
    found.push({ path, what: 'runs an older manager from cron', remedy });
  }
  return found;
}

/** Only their names are read. */
async function addressFiles(root: string): Promise<Leftover[]> {
  const directory = join(root, 'opt/conduit/traffic_stats');
  const names = (await namesIn(directory)).filter((name) => ADDRESSES.test(name)).sort();
  if (names.length === 0) return [];
  return [
    {
      path: names.map((name) => join(directory, name)).join(', '),
      what: 'client addresses that the old tracker wrote to disk',
      remedy: `${TAKE_OVER} and can destroy these files; by hand: \`sudo shred -u ${names.map((name) => join(directory, name)).join(' ')}\`.`,
    },
  ];
}

/** Its command has the name of ours. */
async function command(root: string): Promise<Leftover[]> {
  const path = join(root, 'usr/local/bin/conduit');
  const target = await readlink(path).catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ENOTDIR', 'EINVAL'].includes(error.code ?? '')) return null;
    throw error;
  });
  if (target === null || !target.startsWith('/opt/conduit/')) return [];
  return [{ path, what: 'the command of an older manager, in place of ours', remedy: `${TAKE_OVER}.` }];
}

function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(ifAbsent<string[]>([]));
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, ifAbsent(false));
}

/** What older managers leave on a host outside Docker, and whose each piece is. Reads only; addresses are never kept. */
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Trace, V1Traffic } from '../contract/migration.ts';
import { ifAbsent, readIfThere } from '../host/absent.ts';
import { parseTotals, type Totals } from './tracker-files.ts';

/** Directory of every older manager, below the host's root. */
export const V1_DIR = 'opt/conduit';
const TRAFFIC_DIR = `${V1_DIR}/traffic_stats`;
const UNIT_DIR = 'etc/systemd/system';
/** Lines of a crontab that belong to them, whole. */
export const CRON_LINES =
  /^\s*[^#\s].*(?:\/usr\/local\/bin\/conduit update --auto|\/opt\/conduit\/(?:health-check|nginx-watchdog)\.sh).*$|^# Conduit v2\.0 Health Monitoring$/;
const CRONTABS = ['var/spool/cron/crontabs/root', 'var/spool/cron/root', 'etc/crontab'];
/** Files of the tracker in which client addresses stand. */
const ADDRESS_FILES =
  /^(?:cumulative_ips|geoip_cache|tracker_snapshot|batch_tmp|batch_ips|geo_map|resolved_batch)(?:\.(?:bak|new|tmp))?$/;

const REMOVED: readonly { path: string; what: string }[] = [
  { path: `${UNIT_DIR}/conduit-tracker.service`, what: 'its tracker, which writes client addresses to disk' },
  { path: `${UNIT_DIR}/conduit-telegram.service`, what: 'its messages by Telegram' },
  { path: 'etc/sysctl.d/99-conduit-cluster.conf', what: 'kernel parameters, set at each start' },
];
const KEPT: readonly { path: string; what: string }[] = [
  { path: 'etc/nginx/stream.d/conduit.conf', what: 'a balancer, read by nothing once ours is in place' },
  { path: 'etc/systemd/system/nginx.service.d/override.conf', what: 'a change to the nginx service' },
];

/** Everything outside its own directory that the migration takes away, changes or leaves alone. */
export async function findTraces(root: string): Promise<Trace[]> {
  return [
    ...(await unitTraces(root)),
    ...(await present(root, REMOVED, 'remove')),
    ...(await initTraces(root)),
    ...(await cronTraces(root)),
    ...(await commandTrace(root)),
    ...(await present(root, KEPT, 'keep')),
    ...(await limitsTrace(root)),
  ];
}

async function unitTraces(root: string): Promise<Trace[]> {
  const path = join(root, UNIT_DIR, 'conduit.service');
  const text = await readIfThere(path);
  const links = await wantsLinks(root);
  const ours = text !== null && startsV1(text) && !(await isBinary(join(root, V1_DIR, 'conduit')));
  if (text !== null && !ours)
    return [
      { path, what: 'a service of another program that is named conduit too', action: 'keep' },
      ...links.filter(({ path: link }) => !link.endsWith('/conduit.service')),
    ];
  return [
    ...(ours
      ? [
          {
            path,
            what: 'starts it with the server; ending this service would remove containers, so it is not ended',
            action: 'remove' as const,
          },
        ]
      : []),
    ...links,
  ];
}

/** Pure. */
function startsV1(unit: string): boolean {
  return /^ExecStart=\/usr\/local\/bin\/conduit start\b/m.test(unit);
}

/** The links by which systemd starts them: `systemctl disable` takes away nothing else. */
async function wantsLinks(root: string): Promise<Trace[]> {
  const found: Trace[] = [];
  const base = join(root, UNIT_DIR);
  for (const directory of (await readdir(base).catch(ifAbsent([] as string[]))).filter((name) =>
    name.endsWith('.wants'),
  ))
    for (const name of await readdir(join(base, directory)))
      if (/^conduit(-tracker|-telegram)?\.service$/.test(name))
        found.push({
          path: join(base, directory, name),
          what: `starts ${name} with the server`,
          action: 'remove',
        });
  return found.sort((a, b) => a.path.localeCompare(b.path));
}

async function initTraces(root: string): Promise<Trace[]> {
  const script = join(root, 'etc/init.d/conduit');
  if ((await readIfThere(script)) === null) return [];
  const found: Trace[] = [{ path: script, what: 'starts it with the server', action: 'remove' }];
  const link = join(root, 'etc/runlevels/default/conduit');
  if (await exists(link)) found.push({ path: link, what: 'starts it with the server', action: 'remove' });
  for (const level of ['0', '1', '2', '3', '4', '5', '6', 'S']) {
    const directory = join(root, `etc/rc${level}.d`);
    for (const name of await readdir(directory).catch(ifAbsent([] as string[])))
      if (/^[SK]\d\dconduit$/.test(name))
        found.push({
          path: join(directory, name),
          what: 'starts or ends it with the server',
          action: 'remove',
        });
  }
  return found;
}

async function cronTraces(root: string): Promise<Trace[]> {
  const found: Trace[] = [];
  for (const name of CRONTABS) {
    const path = join(root, name);
    const lines = (await readIfThere(path))?.split('\n').filter((line) => CRON_LINES.test(line)).length ?? 0;
    if (lines > 0)
      found.push({ path, what: `${lines} ${lines === 1 ? 'line' : 'lines'} of it`, action: 'lines' });
  }
  return found;
}

async function commandTrace(root: string): Promise<Trace[]> {
  const path = join(root, 'usr/local/bin/conduit');
  const target = await readlink(path).catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ENOTDIR', 'EINVAL'].includes(error.code ?? '')) return null;
    throw error;
  });
  if (target === null || !target.startsWith('/opt/conduit/')) return [];
  return [{ path, what: 'its command, whose name ours has too', action: 'replace' }];
}

async function limitsTrace(root: string): Promise<Trace[]> {
  const path = join(root, 'etc/security/limits.conf');
  const text = await readIfThere(path);
  return text !== null && /conduit/i.test(text)
    ? [{ path, what: 'limits for everybody’s open files; they do no harm', action: 'keep' }]
    : [];
}

async function present(
  root: string,
  files: readonly { path: string; what: string }[],
  action: Trace['action'],
): Promise<Trace[]> {
  const found: Trace[] = [];
  for (const { path, what } of files)
    if (await exists(join(root, path))) found.push({ path: join(root, path), what, action });
  return found;
}

/** The text of settings.conf, or of the file of 1.0. */
export async function readSettingsText(root: string): Promise<{ path: string; text: string } | null> {
  for (const name of ['settings.conf', 'config.env']) {
    const path = join(root, V1_DIR, name);
    const text = await readIfThere(path);
    if (text !== null) return { path, text };
  }
  return null;
}

export interface TrafficFiles {
  path: string;
  changedAtMs: number;
  totals: Totals;
}

/** The lifetime totals, from the copy where the file itself is empty; null when no tracker ever ran. */
export async function readTotals(root: string): Promise<TrafficFiles | null> {
  for (const name of ['cumulative_data', 'cumulative_data.bak']) {
    const path = join(root, TRAFFIC_DIR, name);
    const text = await readIfThere(path);
    if (text === null || text.trim() === '') continue;
    return { path, changedAtMs: Math.floor((await stat(path)).mtimeMs), totals: parseTotals(text) };
  }
  return null;
}

/** Files with client addresses and how many lines each has; none of their content is kept, or read as more than lines. */
export async function findAddressFiles(root: string): Promise<V1Traffic['addressFiles']> {
  const directory = join(root, TRAFFIC_DIR);
  const found: V1Traffic['addressFiles'] = [];
  for (const name of (await readdir(directory).catch(ifAbsent([] as string[]))).sort()) {
    if (!ADDRESS_FILES.test(name)) continue;
    const path = join(directory, name);
    if (!(await lstat(path)).isFile()) continue;
    let lines = 0;
    for await (const _line of createInterface({
      input: createReadStream(path),
      crlfDelay: Number.POSITIVE_INFINITY,
    }))
      lines++;
    found.push({ path, lines });
  }
  return found;
}

async function isBinary(path: string): Promise<boolean> {
  const text = await readIfThere(path);
  return text?.includes('\0') ?? false;
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, ifAbsent(false));
}

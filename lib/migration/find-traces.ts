/** What older managers leave on a host outside Docker and their own directory, and whose each piece is. Reads only. */
import { constants } from 'node:fs';
import { lstat, open, readdir, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { ownershipOf } from '../balancer/marker.ts';
import type { Trace } from '../contract/migration.ts';
import { ifAbsent, readIfThere } from '../host/absent.ts';
import { V1_DIR } from './v1-paths.ts';

const UNIT_DIR = 'etc/systemd/system';
/** Lines of a crontab that belong to them, whole: a time, their command, where its words go. */
const CRON_LINE =
  /^\s*(?:[\d*,/-]+\s+){5}(?:root\s+)?(?:\/usr\/local\/bin\/conduit update --auto|\/opt\/conduit\/(?:health-check|nginx-watchdog)\.sh)\s*(?:>.*)?$/;
const CRON_HEAD = '# Conduit v2.0 Health Monitoring';
/** What somebody else's line calls of theirs. */
const CALLS_THEM = /^\s*[^#\s].*(?:\/usr\/local\/bin\/conduit|\/opt\/conduit\/)/;
const CRONTABS = [
  'var/spool/cron/crontabs/root',
  'var/spool/cron/root',
  'var/spool/cron/tabs/root',
  'etc/crontabs/root',
  'etc/crontab',
];
const ELF = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);

const REMOVED: readonly { path: string; what: string }[] = [
  { path: `${UNIT_DIR}/conduit-tracker.service`, what: 'its tracker, which writes client addresses to disk' },
  { path: `${UNIT_DIR}/conduit-telegram.service`, what: 'its messages by Telegram' },
  { path: 'etc/sysctl.d/99-conduit-cluster.conf', what: 'kernel parameters, set at each start' },
];
/** For what comes later: limits, messages and what its bot has answered already. */
const COPIED: readonly { path: string; what: string }[] = [
  { path: `${V1_DIR}/settings.conf`, what: 'its settings' },
  { path: `${V1_DIR}/config.env`, what: 'its settings' },
  { path: `${V1_DIR}/traffic_stats/last_update_id`, what: 'the last message its Telegram bot has answered' },
];
const KEPT: readonly { path: string; what: string }[] = [
  { path: 'etc/nginx/stream.d/conduit.conf', what: 'a balancer, read by nothing once ours is in place' },
  { path: `${UNIT_DIR}/nginx.service.d/override.conf`, what: 'a change to the nginx service' },
];

export function isTheirCronLine(line: string): boolean {
  return line === CRON_HEAD || CRON_LINE.test(line);
}

export interface TraceOptions {
  /** Of the host. */
  root: string;
  /** The file of the balancer, which ours will take. */
  nginxConfig: string;
}

/** Everything the migration takes away, changes, keeps a copy of or leaves alone. */
export async function findTraces({ root, nginxConfig }: TraceOptions): Promise<Trace[]> {
  const foreign = await isBinary(join(root, V1_DIR, 'conduit'));
  return [
    ...(await present(root, COPIED, 'copy')),
    ...(await unitTraces(root, foreign)),
    ...(await present(root, REMOVED, 'remove')),
    ...(await initTraces(root)),
    ...(await cronTraces(root)),
    ...(await commandTrace(root, foreign)),
    ...(await nginxTraces(root, nginxConfig)),
    ...(await present(root, KEPT, 'keep')),
    ...(await limitsTrace(root)),
  ];
}

/** @param foreign whether their directory belongs to another program, which is a binary and not a script */
async function unitTraces(root: string, foreign: boolean): Promise<Trace[]> {
  const path = join(root, UNIT_DIR, 'conduit.service');
  const text = await readIfThere(path);
  const links = await wantsLinks(root);
  const theirs = text !== null && startsV1(text) && !foreign;
  if (text !== null && !theirs)
    return [
      {
        path,
        what: 'a service of another program that is named conduit too: it does not start their script',
        action: 'keep',
      },
      ...links.filter(({ path: link }) => !link.endsWith('/conduit.service')),
    ];
  const unit: Trace = {
    path,
    what: 'starts it with the server; ending this service would remove containers, so it is not ended',
    action: 'remove',
  };
  return [...(theirs ? [unit] : []), ...links];
}

/** Pure. */
function startsV1(text: string): boolean {
  return /^ExecStart=(?:\/bin\/bash\s+)?(?:\/usr\/local\/bin|\/opt\/conduit)\/conduit start\s*$/m.test(text);
}

/** The links by which systemd starts them: `systemctl disable` takes away nothing else. */
async function wantsLinks(root: string): Promise<Trace[]> {
  const found: Trace[] = [];
  const base = join(root, UNIT_DIR);
  for (const directory of (await names(base)).filter((name) => name.endsWith('.wants')))
    for (const name of await names(join(base, directory)))
      if (/^conduit(-tracker|-telegram)?\.service$/.test(name))
        found.push({
          path: join(base, directory, name),
          what: `starts ${name} with the server`,
          action: 'remove',
        });
  return found.sort((a, b) => a.path.localeCompare(b.path));
}

/** The script of OpenRC and of SysV, and the links by which they start it. */
async function initTraces(root: string): Promise<Trace[]> {
  const path = join(root, 'etc/init.d/conduit');
  const text = await readIfThere(path);
  if (text === null) return [];
  if (!/\/usr\/local\/bin\/conduit\b/.test(text))
    return [{ path, what: 'a service of another program that is named conduit too', action: 'keep' }];
  const found: Trace[] = [{ path, what: 'starts it with the server', action: 'remove' }];
  const isLink = { runlevels: /^conduit$/, rc: /^[SK]\d\dconduit$/ };
  for (const level of await names(join(root, 'etc/runlevels')))
    found.push(...(await startLinks(join(root, 'etc/runlevels', level), isLink.runlevels)));
  for (const directory of await names(join(root, 'etc')))
    if (/^rc[0-6S]\.d$/.test(directory))
      found.push(...(await startLinks(join(root, 'etc', directory), isLink.rc)));
  return found;
}

async function startLinks(directory: string, isTheirs: RegExp): Promise<Trace[]> {
  return (await names(directory))
    .filter((name) => isTheirs.test(name))
    .map((name) => ({
      path: join(directory, name),
      what: 'starts or ends it with the server',
      action: 'remove',
    }));
}

async function cronTraces(root: string): Promise<Trace[]> {
  const found: Trace[] = [];
  const seen = new Set<string>();
  for (const name of CRONTABS) {
    const path = join(root, name);
    const text = await readIfThere(path);
    if (text === null) continue;
    // Alpine has one crontab under two names.
    const real = await realpath(path);
    if (seen.has(real)) continue;
    seen.add(real);
    const lines = text.split('\n');
    const theirs = lines.filter(isTheirCronLine).length;
    const others = lines.filter((line) => CALLS_THEM.test(line) && !isTheirCronLine(line)).length;
    if (theirs > 0)
      found.push({ path, what: `${theirs} ${theirs === 1 ? 'line' : 'lines'} of it`, action: 'lines' });
    if (others > 0)
      found.push({
        path,
        what: `${others} ${others === 1 ? 'line' : 'lines'} of yours that ${others === 1 ? 'calls' : 'call'} it`,
        action: 'keep',
      });
  }
  return found;
}

async function commandTrace(root: string, foreign: boolean): Promise<Trace[]> {
  const path = join(root, 'usr/local/bin/conduit');
  const target = await readlink(path).catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ENOTDIR', 'EINVAL'].includes(error.code ?? '')) return null;
    throw error;
  });
  if (target === null || !target.startsWith('/opt/conduit/')) return [];
  return foreign
    ? [{ path, what: 'the command of another program that is named conduit too', action: 'keep' }]
    : [{ path, what: 'its command, whose name ours has too', action: 'replace' }];
}

async function nginxTraces(root: string, config: string): Promise<Trace[]> {
  const text = await readIfThere(config);
  const found: Trace[] =
    text === null || ownershipOf(text) !== 'foreign'
      ? []
      : [
          {
            path: config,
            what: 'the configuration of nginx, until the balancer takes its place',
            action: 'copy',
          },
        ];
  const directory = join(root, 'etc/nginx');
  for (const name of await names(directory))
    if (/^nginx\.conf\.backup\.\d+$/.test(name))
      found.push({
        path: join(directory, name),
        what: 'a copy that it made of the configuration of nginx',
        action: 'keep',
      });
  return found;
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

async function isBinary(path: string): Promise<boolean> {
  const file = await open(path, constants.O_RDONLY).catch(ifAbsent(null));
  if (file === null) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.equals(ELF);
  } finally {
    await file.close();
  }
}

async function names(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(ifAbsent([] as string[]))).sort();
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, ifAbsent(false));
}

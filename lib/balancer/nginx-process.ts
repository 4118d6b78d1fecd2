/** The running nginx: find its master, start it, tell it to read its file again, end it. It outlives the agent. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { run } from '../host/run.ts';
import { type Protocol, readInodes } from './listening.ts';

export interface NginxInstance {
  configPath: string;
  pidFile: string;
  /** Where start-up failures of this instance go. */
  emergencyLog: string;
  /** The path nginx reads when it is told none: the host's own nginx is this one. */
  hostDefault: boolean;
  /** nginx.service of the host runs it. */
  systemd: boolean;
}

interface NginxProcess {
  pid: number;
  parent: number;
  title: string;
}

/** The master of `instance`, by its pid file and, when that is stale, by its command line. */
export async function findMaster(instance: NginxInstance): Promise<number | null> {
  const recorded = Number((await readOrEmpty(instance.pidFile)).trim());
  if (recorded > 0 && isMasterOf(instance, await titleOf(recorded))) return recorded;
  return null;
}

/** Slower than `findMaster`: looks at every process, for a pid file that was lost. */
export async function searchMaster(instance: NginxInstance): Promise<number | null> {
  const known = await findMaster(instance);
  if (known !== null) return known;
  const found = (await nginxProcesses()).find(({ title }) => isMasterOf(instance, title));
  return found?.pid ?? null;
}

/** Workers of `master` that take new sessions; those that only finish old ones are left out. */
export async function activeWorkers(master: number): Promise<number[]> {
  return (await nginxProcesses())
    .filter(
      ({ parent, title }) => parent === master && title.startsWith('nginx: worker') && !isFinishing(title),
    )
    .map(({ pid }) => pid);
}

export interface OldWorker {
  pid: number;
  /** About how many sessions it still holds. */
  sessions: number;
}

/** Workers of `master` that take no new sessions and end with their last one, or when their time is over. */
export async function finishingWorkers(master: number): Promise<OldWorker[]> {
  const all = await childrenOf(master);
  const old = all.filter(({ title }) => title.startsWith('nginx: worker') && isFinishing(title));
  return Promise.all(
    old.map(async ({ pid }) => ({
      pid,
      // Two descriptors a session; the rest are logs, epoll and a channel to each worker.
      sessions: Math.max(0, Math.round(((await openFiles(pid)) - OWN_DESCRIPTORS - all.length) / 2)),
    })),
  );
}

const OWN_DESCRIPTORS = 9;

/** The kernel lists them where it was built to; looking at every process of the host is the long way. */
async function childrenOf(parent: number): Promise<{ pid: number; title: string }[]> {
  const list = (await readOrEmpty(`/proc/${parent}/task/${parent}/children`)).trim();
  if (list === '') return (await nginxProcesses()).filter((one) => one.parent === parent);
  return Promise.all(
    list
      .split(' ')
      .map(Number)
      .map(async (pid) => ({ pid, title: await titleOf(pid) })),
  );
}

/** Since Linux 6.2 the folder's size is the number of open files; before, they are listed. */
async function openFiles(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const size = await stat(folder).then((found) => found.size, ifGone(0));
  return size > 0 ? size : (await readdir(folder).catch(ifGone([]))).length;
}

/**
 * Workers whose master is gone and that still listen on one of `ports`. They would go on taking clients with
 * an old configuration for ever.
 */
export async function orphanedWorkers(
  ports: readonly { port: number; protocol: Protocol }[],
): Promise<number[]> {
  const all = await nginxProcesses();
  const masters = new Set(all.filter(({ title }) => title.startsWith('nginx: master')).map(({ pid }) => pid));
  const orphans = all.filter(
    ({ parent, title }) => title.startsWith('nginx: worker') && !masters.has(parent) && !isFinishing(title),
  );
  if (orphans.length === 0) return [];
  const inodes = await readInodes(ports);
  const holding = await Promise.all(
    orphans.map(async ({ pid }) => ((await holds(pid, inodes)) ? [pid] : [])),
  );
  return holding.flat();
}

/** @throws CommandError with nginx's own words */
export async function startNginx(instance: NginxInstance): Promise<void> {
  if (instance.systemd) await run('systemctl', ['start', 'nginx'], { timeoutMs: 30_000 });
  else await run('nginx', ['-c', instance.configPath], { timeoutMs: 30_000 });
}

/** @throws CommandError when nginx refuses the file; nothing that runs is touched */
export async function testConfig(path: string): Promise<void> {
  await run('nginx', ['-t', '-c', path], { timeoutMs: 30_000 });
}

const QUIT_GRACE_MS = 10_000;
const TERM_GRACE_MS = 5000;

/** Ends `instance`: it stops listening at once, sessions get ten seconds, then what is left is cut. */
export async function stopNginx(instance: NginxInstance): Promise<void> {
  const master = await searchMaster(instance);
  if (master === null) return;
  signal(master, 'SIGQUIT');
  if (!(await isGone(instance, QUIT_GRACE_MS))) {
    signal(master, 'SIGTERM');
    await isGone(instance, TERM_GRACE_MS);
  }
}

async function isGone(instance: NginxInstance, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while ((await searchMaster(instance)) !== null) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

/** Sends a signal; a process that ended meanwhile is no error. */
export function signal(pid: number, name: 'SIGHUP' | 'SIGQUIT' | 'SIGTERM'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function isMasterOf(instance: NginxInstance, title: string): boolean {
  if (!title.startsWith('nginx: master process')) return false;
  const config = / -c (\S+)/.exec(title)?.[1];
  // The host's own nginx is started without -c and reads the default path.
  return config === undefined ? instance.hostDefault : config === instance.configPath;
}

function isFinishing(title: string): boolean {
  return title.includes('is shutting down');
}

/** Every nginx in the network namespace of this process: those in containers are not ours to look at. */
async function nginxProcesses(): Promise<NginxProcess[]> {
  const namespace = await readlink('/proc/self/ns/net');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const title = await titleOf(pid);
      if (!title.startsWith('nginx: ')) return [];
      const own = (await readlink(`/proc/${pid}/ns/net`).catch(ifGone(''))) === namespace;
      const status = await readOrEmpty(`/proc/${pid}/status`);
      const parent = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
      return own ? [{ pid, parent, title }] : [];
    }),
  );
  return found.flat();
}

/** nginx writes what a process is into its command line, one string with spaces. */
async function titleOf(pid: number): Promise<string> {
  return (await readOrEmpty(`/proc/${pid}/cmdline`)).replaceAll('\0', ' ').trim();
}

async function holds(pid: number, inodes: ReadonlySet<string>): Promise<boolean> {
  for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(ifGone([]))) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(ifGone(''));
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}

function readOrEmpty(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(ifGone(''));
}

/** Processes and their files come and go while they are read. */
function ifGone<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes(error.code ?? '')) return instead;
    throw error;
  };
}

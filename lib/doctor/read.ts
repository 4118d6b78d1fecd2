/** Reads the facts of this host. Each is read by itself: one that fails or hangs is unknown, the others are not. */
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { networkInterfaces, release } from 'node:os';
import { join } from 'node:path';
import { readNginxInstall } from '../balancer/nginx-install.ts';
import { AppError } from '../contract/errors.ts';
import { readIfThere } from '../host/absent.ts';
import type { Docker } from '../host/docker-types.ts';
import { readEngineOpenFilesLimit } from '../host/engine-limits.ts';
import { readDisk } from '../host/host-usage.ts';
import { type Listener, listListeners } from '../host/port-owner.ts';
import { CommandError, run } from '../host/run.ts';
import { hasSystemd } from '../host/systemd.ts';
import { readTasks } from '../host/task-limits.ts';
import { findMainInterface } from '../tracker/interfaces.ts';
import type { Fact, Facts } from './facts.ts';
import { findLeftovers } from './leftovers.ts';
import type { WayOut } from './probe.ts';

/** All of them together must answer within 5 s. */
const READ_WITHIN_MS = 4000;

export interface HostSources {
  docker: Docker;
  procSys: string;
  etcDir: string;
  wayOut: (signal: AbortSignal) => Promise<WayOut>;
  ports: readonly number[];
}

type HostFacts = Omit<Facts, 'agent' | 'firewall' | 'host' | 'keys' | 'snapshot' | 'tuning' | 'wanted'>;

/** All at once: together they take no longer than the slowest may. */
export async function readHostFacts(sources: HostSources): Promise<HostFacts> {
  const { docker, procSys, etcDir, wayOut, ports } = sources;
  const facts: { [Name in keyof HostFacts]: Promise<HostFacts[Name]> } = {
    kernel: fact(async () => release()),
    clock: fact(readClock),
    pressure: fact(readPressure),
    openFiles: fact(() => readOpenFiles(procSys)),
    tasks: fact(async () => {
      const tasks = readTasks(procSys);
      if (tasks === null) throw new Unknown('This kernel does not say how many there may be.');
      return tasks;
    }),
    conntrack: fact(() => readConntrack(procSys)),
    docker: fact(async (signal) => {
      const info = await docker.info(signal);
      return { ...info, openFilesLimit: readEngineOpenFilesLimit(), disk: readDisk(info.rootDir) };
    }),
    nginx: fact(readNginx),
    programs: fact(readPrograms),
    listeners: fact(async () => Promise.all((await listListeners(ports)).map(withTarget))),
    logDisk: fact(async () => readDisk('/var/log')),
    network: fact(readNetwork),
    forwarding: fact(async () => (await readNumber(join(procSys, 'net/ipv4/ip_forward'))) === 1),
    wayOut: fact(wayOut),
    leftovers: fact(() => findLeftovers(etcDir)),
  };
  const entries = await Promise.all(
    Object.entries(facts).map(async ([name, value]) => [name, await value] as const),
  );
  return Object.fromEntries(entries) as unknown as HostFacts;
}

/** Never fails, never takes longer than the limit. */
export async function fact<T>(
  work: (signal: AbortSignal) => Promise<T>,
  withinMs = READ_WITHIN_MS,
): Promise<Fact<T>> {
  const given = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Fact<T>>((resolve) => {
    timer = setTimeout(() => {
      resolve({ unknown: `no answer within ${withinMs / 1000} s` });
      given.abort();
    }, withinMs);
  });
  try {
    return await Promise.race([work(given.signal).then((value) => ({ value })), late]);
  } catch (error) {
    if (error instanceof AppError) return { unknown: error.message, remedy: error.remedy };
    if (error instanceof Unknown || error instanceof CommandError) return { unknown: error.message };
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { unknown: `it could not be read (${code})` };
  } finally {
    clearTimeout(timer);
  }
}

/** One reading at a time: who asks while the last has not come back waits for the same, so that what hangs does not pile up. */
export function oneAtATime<T>(work: () => Promise<T>): () => Promise<T> {
  let under: Promise<T> | null = null;
  return () => {
    under ??= work().finally(() => {
      under = null;
    });
    return under;
  };
}

/** Why something cannot be told here. */
class Unknown extends Error {}

async function readClock(): Promise<{ synchronized: boolean }> {
  if (!hasSystemd())
    throw new Unknown('Nothing here says whether it is kept in time; compare `date -u` with another clock.');
  const { stdout } = await run('timedatectl', ['show', '--property=NTPSynchronized', '--value']);
  return { synchronized: stdout.trim() === 'yes' };
}

async function readPressure(): Promise<{ cpu: number; memory: number; io: number }> {
  const of = async (kind: string) => {
    const text = await readIfThere(`/proc/pressure/${kind}`);
    const average = /^some .*avg60=([\d.]+)/m.exec(text ?? '')?.[1];
    if (average === undefined)
      throw new Unknown('This kernel does not count pressure (psi=1 switches it on).');
    return Number(average);
  };
  return { cpu: await of('cpu'), memory: await of('memory'), io: await of('io') };
}

async function readNumber(path: string): Promise<number> {
  return Number((await readFile(path, 'utf8')).trim());
}

/** `used free max`. */
async function readOpenFiles(procSys: string): Promise<{ used: number; max: number }> {
  const [used, , max] = (await readFile(join(procSys, 'fs/file-nr'), 'utf8')).trim().split(/\s+/).map(Number);
  return { used: used ?? 0, max: max ?? 0 };
}

/** Docker's proxy says on its command line for which container it listens. */
async function withTarget(listener: Listener): Promise<Listener & { forwardsTo: string | null }> {
  const words = ((await readIfThere(`/proc/${listener.pid}/cmdline`)) ?? '').split('\0');
  const at = words.indexOf('-container-ip');
  return { ...listener, forwardsTo: at === -1 ? null : (words[at + 1] ?? null) };
}

async function readConntrack(procSys: string): Promise<{ used: number; max: number }> {
  const of = (name: string) => readIfThere(join(procSys, `net/netfilter/nf_conntrack_${name}`));
  const [used, max] = [await of('count'), await of('max')];
  if (used === null || max === null)
    throw new Unknown('Connections are not followed here, so no table can fill up.');
  return { used: Number(used), max: Number(max) };
}

async function readNginx(): Promise<{ version: string; stream: string }> {
  const { version, stream } = await readNginxInstall();
  return { version, stream };
}

const PROGRAMS = [
  { name: 'nft', package: 'nftables', purpose: 'the kernel engine and counting need it' },
  { name: 'tcpdump', package: 'tcpdump', purpose: 'the tracker needs it where the kernel cannot count' },
  { name: 'ip', package: 'iproute2', purpose: 'the tracker finds the main interface with it' },
  { name: 'nsenter', package: 'util-linux', purpose: 'stations are looked at with it' },
] as const;
const DIRECTORIES = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];

async function readPrograms() {
  return Promise.all(
    PROGRAMS.map(async (program) => {
      const places = DIRECTORIES.map((directory) =>
        access(join(directory, program.name), constants.X_OK).then(
          () => true,
          () => false,
        ),
      );
      return { ...program, present: (await Promise.all(places)).includes(true) };
    }),
  );
}

const PRIVATE_V4 =
  /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;

async function readNetwork(): Promise<{ interface: string | null; ipv4: boolean; ipv6: boolean }> {
  const name = await findMainInterface();
  const addresses = name === null ? [] : (networkInterfaces()[name] ?? []);
  return {
    interface: name,
    ipv4: addresses.some(({ family, address }) => family === 'IPv4' && !PRIVATE_V4.test(address)),
    // Global unicast.
    ipv6: addresses.some(({ family, address }) => family === 'IPv6' && /^[23]/.test(address)),
  };
}

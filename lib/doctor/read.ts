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
import { listListeners } from '../host/port-owner.ts';
import { CommandError, run } from '../host/run.ts';
import { hasSystemd } from '../host/systemd.ts';
import { findMainInterface } from '../tracker/interfaces.ts';
import type { Fact, Facts } from './facts.ts';
import { findLeftovers } from './leftovers.ts';

/** All of them together must answer within 5 s. */
const READ_WITHIN_MS = 4000;

export interface HostSources {
  docker: Docker;
  procSys: string;
  etcDir: string;
  /** One whose network is looked into; null when none runs. */
  station: { index: number; pid: number } | null;
  ports: readonly number[];
}

type HostFacts = Omit<Facts, 'firewall' | 'keys' | 'snapshot' | 'tuning' | 'wanted'>;

export async function readHostFacts(sources: HostSources): Promise<HostFacts> {
  const { docker, procSys, etcDir, station, ports } = sources;
  const read = <T>(work: () => Promise<T>) => fact(work);
  const [kernel, clock, pressure, openFiles, tasks, conntrack, engine, nginx, programs, listeners] =
    await Promise.all([
      read(async () => release()),
      read(readClock),
      read(readPressure),
      read(() => readOpenFiles(procSys)),
      read(() => readTasks(procSys)),
      read(() => readConntrack(procSys)),
      read(async () => ({ ...(await docker.info()), openFilesLimit: readEngineOpenFilesLimit() })),
      read(readNginx),
      read(readPrograms),
      read(() => listListeners(ports)),
    ]);
  const [network, forwarding, wayOut, leftovers] = await Promise.all([
    read(readNetwork),
    read(async () => (await readNumber(join(procSys, 'net/ipv4/ip_forward'))) === 1),
    read(() => readWayOut(station)),
    read(() => findLeftovers(etcDir)),
  ]);
  return {
    kernel,
    clock,
    pressure,
    openFiles,
    tasks,
    conntrack,
    docker: engine,
    nginx,
    programs,
    listeners,
    network,
    forwarding,
    wayOut,
    leftovers,
  };
}

/** Never fails, never takes longer than the limit. */
export async function fact<T>(work: () => Promise<T>, withinMs = READ_WITHIN_MS): Promise<Fact<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Fact<T>>((resolve) => {
    timer = setTimeout(() => resolve({ unknown: `no answer within ${withinMs / 1000} s` }), withinMs);
  });
  try {
    return await Promise.race([work().then((value) => ({ value })), late]);
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

/** The fourth field of /proc/loadavg is `running/all`. */
async function readTasks(procSys: string): Promise<{ used: number; max: number }> {
  const field = (await readFile('/proc/loadavg', 'utf8')).split(' ')[3] ?? '';
  return { used: Number(field.split('/')[1]), max: await readNumber(join(procSys, 'kernel/pid_max')) };
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

/** Asks the kernel for the route, in the station's network; not a packet is sent. */
async function readWayOut(
  station: HostSources['station'],
): Promise<{ station: number; leads: boolean } | null> {
  if (station === null) return null;
  const { exitCode } = await run(
    'nsenter',
    [`--net=/proc/${station.pid}/ns/net`, 'ip', 'route', 'get', '1.1.1.1'],
    { okExitCodes: [1, 2], timeoutMs: READ_WITHIN_MS },
  );
  return { station: station.index, leads: exitCode === 0 };
}

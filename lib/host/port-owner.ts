/** Which program of this host has a port, for an error that says more than "in use". */
import { readdir, readFile, readlink } from 'node:fs/promises';

const TCP_LISTEN = '0A';

/** @returns null when nobody has the port, or when the owner cannot be seen */
export async function findPortOwner(
  port: number,
  protocol: 'tcp' | 'udp',
): Promise<{ pid: number; process: string } | null> {
  const owner = (await listListeners([port])).find((one) => one.protocol === protocol && one.pid !== 0);
  return owner === undefined ? null : { pid: owner.pid, process: owner.process };
}

export interface Listener {
  port: number;
  protocol: 'tcp' | 'udp';
  pid: number;
  /** `unknown` when its process cannot be seen; `pid` is 0 then. */
  process: string;
}

/** Who listens on these ports; several programs may share one. */
export async function listListeners(ports: readonly number[]): Promise<Listener[]> {
  const sought = new Map<string, { port: number; protocol: 'tcp' | 'udp' }>();
  for (const protocol of ['tcp', 'udp'] as const)
    for (const table of [protocol, `${protocol}6`]) {
      const text = await readOrEmpty(`/proc/net/${table}`);
      for (const port of ports)
        for (const inode of socketInodes(text, port, protocol)) sought.set(inode, { port, protocol });
    }
  const found = new Map<string, Listener>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (sought.size === 0) break;
    for (const inode of await heldBy(pid, sought)) {
      const what = sought.get(inode);
      sought.delete(inode);
      if (what === undefined) continue;
      const process = (await readOrEmpty(`/proc/${pid}/comm`)).trim() || 'unknown';
      found.set(`${what.port} ${what.protocol} ${pid}`, { ...what, pid: Number(pid), process });
    }
  }
  for (const what of sought.values())
    found.set(`${what.port} ${what.protocol}`, { ...what, pid: 0, process: 'unknown' });
  return [...found.values()].sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol));
}

const TCP_ESTABLISHED = '01';

/**
 * Ports on which programs of these names are reached from outside over TCP: those they listen on, and those of their
 * connections where somebody else listens for them. What a tunnel opens on this host alone is none.
 *
 * @param names as in /proc/PID/comm
 */
export async function listServedPorts(names: readonly string[]): Promise<number[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readOrEmpty(`/proc/net/${table}`)));
  const sockets = tables.flatMap(parseTcpTable).filter(({ isLoopback }) => !isLoopback);
  const listened = new Set(sockets.flatMap(({ state, port }) => (state === TCP_LISTEN ? [port] : [])));
  const ports = new Map(
    sockets
      .filter(({ state, port }) => state === TCP_LISTEN || (state === TCP_ESTABLISHED && listened.has(port)))
      .map(({ inode, port }) => [inode, port]),
  );
  const found = new Set<number>();
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    if (!names.includes((await readOrEmpty(`/proc/${pid}/comm`)).trim())) continue;
    for (const inode of await heldBy(pid, ports)) found.add(ports.get(inode) ?? 0);
  }
  return [...found];
}

/** 127.0.0.0/8, ::1, and the former written as the latter. */
const LOOPBACK = /^([0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F)$/;

function parseTcpTable(text: string) {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state = '', , , , , , inode] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      if (inode === undefined) return [];
      return [{ port: Number.parseInt(port, 16), state, inode, isLoopback: LOOPBACK.test(address) }];
    });
}

/** Inodes of the sockets that have `port` as their own, from a table such as /proc/net/tcp. */
export function socketInodes(table: string, port: number, protocol: 'tcp' | 'udp'): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const matches = local?.endsWith(suffix) === true && (protocol === 'udp' || state === TCP_LISTEN);
      return matches && inode !== undefined && inode !== '0' ? [inode] : [];
    });
}

/** Those of `inodes` that a process holds. */
async function heldBy(pid: string, inodes: { has(inode: string): boolean }): Promise<string[]> {
  const directory = `/proc/${pid}/fd`;
  const descriptors = await readdir(directory).catch(ifGone([]));
  const held: string[] = [];
  for (const descriptor of descriptors) {
    const target = await readlink(`${directory}/${descriptor}`).catch(ifGone(''));
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) held.push(inode);
  }
  return held;
}

function readOrEmpty(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(ifGone(''));
}

/** Processes and their files come and go while they are read, and some may not be looked into. */
function ifGone<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code ?? '')) return instead;
    throw error;
  };
}

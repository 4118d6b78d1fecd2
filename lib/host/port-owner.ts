/** Which program of this host has a port, for an error that says more than "in use". */
import { readdir, readFile, readlink } from 'node:fs/promises';

const TCP_LISTEN = '0A';

/** @returns null when nobody has the port, or when the owner cannot be seen */
export async function findPortOwner(
  port: number,
  protocol: 'tcp' | 'udp',
): Promise<{ pid: number; process: string } | null> {
  const inodes = new Set<string>();
  for (const table of [protocol, `${protocol}6`])
    for (const inode of socketInodes(await readOrEmpty(`/proc/net/${table}`), port, protocol))
      inodes.add(inode);
  if (inodes.size === 0) return null;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (!(await holdsAny(pid, inodes))) continue;
    const process = (await readOrEmpty(`/proc/${pid}/comm`)).trim();
    return { pid: Number(pid), process: process === '' ? 'unknown' : process };
  }
  return null;
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

async function holdsAny(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const directory = `/proc/${pid}/fd`;
  const descriptors = await readdir(directory).catch(ifGone([]));
  for (const descriptor of descriptors) {
    const target = await readlink(`${directory}/${descriptor}`).catch(ifGone(''));
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
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

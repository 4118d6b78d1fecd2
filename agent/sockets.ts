import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';

/**
 * Listens on a Unix socket. A socket file nobody answers on is left over from a crash and is removed; one that
 * answers belongs to another agent.
 * @param access mode of the socket, and the group that owns it (null: root's own)
 * @throws Error when another agent answers there
 */
export async function listenOnSocket(
  server: Server,
  path: string,
  access: { mode: number; gid: number | null },
): Promise<void> {
  // The agent's umask closes what it makes; the panel must be able to pass this folder.
  if (mkdirSync(dirname(path), { recursive: true }) !== undefined) chmodSync(dirname(path), 0o755);
  if (await answers(path)) throw new Error(`Another agent already answers on ${path}.`);
  rmSync(path, { force: true });
  // Nobody may connect between bind and chmod: the socket is born closed to others.
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => resolve());
    });
  } finally {
    process.umask(before);
  }
  if (access.gid !== null) chownSync(path, statSync(path).uid, access.gid);
  chmodSync(path, access.mode);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Numeric id of a group, or null when the host has none of that name. */
export function findGroupId(name: string, groupFile = '/etc/group'): number | null {
  const line = readFileSync(groupFile, 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  return line === undefined ? null : Number(line.split(':')[2]);
}

/**
 * Images run their station as different users. A volume that another image filled must change hands, or the station
 * cannot read its key, and would make a new one.
 */
import { lchown, lstat, readdir } from 'node:fs/promises';

/** Users that published images name instead of number. */
const KNOWN_USERS: Record<string, number> = { conduit: 1000, nonroot: 65_532, root: 0, '': 0 };

/** `1000`, `1000:1000`, `conduit`; @returns null for a name that only the image itself can resolve */
export function userIdOf(user: string): number | null {
  const name = user.split(':')[0] ?? '';
  return /^\d+$/.test(name) ? Number(name) : (KNOWN_USERS[name] ?? null);
}

/** Gives everything in a volume to `uid` (and the group of the same number); symbolic links are not followed. */
export async function giveVolumeTo(directory: string, uid: number): Promise<void> {
  if ((await lstat(directory)).uid === uid) return;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    await lchown(`${entry.parentPath}/${entry.name}`, uid, uid);
  // The directory last: it tells that all of it was done.
  await lchown(directory, uid, uid);
}

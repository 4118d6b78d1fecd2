/** The directories of an installation, and the one secret the panel needs. */
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { atomicWrite } from '../host/atomic-write.ts';
import type { Layout } from './layout.ts';
import { right, type Step, wrong } from './step.ts';

interface Place {
  path: string;
  mode: number;
  /** Owned by the panel's group instead of root's. */
  panel?: boolean;
}

export function directoriesStep(layout: Layout): Step {
  const secret: Place = { path: layout.paths.panelSecret, mode: 0o640, panel: true };
  const directories: Place[] = [
    // May be walked through, not listed: the panel reaches its secret, everything else in it is 0600.
    { path: layout.paths.stateDir, mode: 0o711 },
    { path: dirname(layout.paths.panelSecret), mode: 0o750, panel: true },
    { path: layout.paths.runDir, mode: 0o755 },
    { path: layout.logDir, mode: 0o750 },
    { path: layout.etcDir, mode: 0o755 },
    { path: layout.releasesDir, mode: 0o755 },
  ];
  return {
    title: 'Directories',
    remedy: 'Is the disk full or mounted read-only? `df -h` and `mount` tell; then run this again.',
    async check() {
      for (const place of [...directories, secret]) {
        const why = await flaw(place, await gidOf(layout.account));
        if (why !== null) return wrong(`${place.path} ${why}`);
      }
      return right();
    },
    async apply() {
      const gid = await gidOf(layout.account);
      for (const place of directories) {
        await mkdir(place.path, { recursive: true, mode: place.mode });
        await settle(place, gid);
      }
      if ((await statOrNull(secret.path)) === null)
        await atomicWrite(secret.path, `${randomBytes(48).toString('base64url')}\n`, 0o600);
      await settle(secret, gid);
    },
  };
}

async function flaw(place: Place, panelGid: number): Promise<string | null> {
  const found = await statOrNull(place.path);
  if (found === null) return 'does not exist yet';
  if ((found.mode & 0o7777) !== place.mode) return `should have mode ${place.mode.toString(8)}`;
  return found.uid === 0 && found.gid === (place.panel === true ? panelGid : 0) ? null : 'has another owner';
}

async function settle(place: Place, panelGid: number): Promise<void> {
  await chown(place.path, 0, place.panel === true ? panelGid : 0);
  await chmod(place.path, place.mode);
}

async function statOrNull(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function gidOf(group: string): Promise<number> {
  const line = (await readFile('/etc/group', 'utf8'))
    .split('\n')
    .find((entry) => entry.startsWith(`${group}:`));
  if (line === undefined) throw new Error(`the group ${group} does not exist`);
  return Number(line.split(':')[2]);
}

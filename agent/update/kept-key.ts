/**
 * A copy of a station's key while the station tries another image: a program that cannot read its key makes a new one
 * over it, and that must not cost the reputation. Lies with the backups, root's alone, and goes when the trial ends.
 */
import { chown, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifAbsent, readIfThere } from '../../lib/host/absent.ts';
import { atomicWrite } from '../../lib/host/atomic-write.ts';
import { inspectKey, KEY_FILE, readVolumeKey } from '../../lib/stations/station-key.ts';

export interface KeptKeys {
  /** Keeps the sound key in a volume's directory; nothing where there is none. */
  keep(station: number, directory: string): Promise<void>;
  /** Where the volume's key is not the one that was kept, puts that one back. @returns whether it had to */
  restore(station: number, directory: string): Promise<boolean>;
  /** The trial is over and the key is in its place. */
  drop(station: number): Promise<void>;
  /** Stations whose trial did not come to its end. */
  list(): Promise<number[]>;
}

export function createKeptKeys(folder: string): KeptKeys {
  const pathOf = (station: number) => join(folder, `${station}.json`);
  return {
    async keep(station, directory) {
      if ((await readVolumeKey(directory)).state !== 'sound') return;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await atomicWrite(pathOf(station), await readFile(join(directory, KEY_FILE)), 0o600);
    },
    async restore(station, directory) {
      const kept = await readIfThere(pathOf(station));
      const [before, now] = [inspectKey(kept), await readVolumeKey(directory)];
      if (kept === null || before.state !== 'sound') return false;
      if (now.state === 'sound' && now.fingerprint === before.fingerprint) return false;
      const path = join(directory, KEY_FILE);
      // As whoever owns the volume now: the next container hands it on if it must.
      const { uid, gid } = await stat(directory);
      await atomicWrite(path, kept, 0o600);
      await chown(path, uid, gid);
      return true;
    },
    drop: (station) => rm(pathOf(station), { force: true }),
    async list() {
      const names = await readdir(folder).catch(ifAbsent<string[]>([]));
      return names.flatMap((name) => /^([1-9]\d{0,4})\.json$/.exec(name)?.[1] ?? []).map(Number);
    },
  };
}

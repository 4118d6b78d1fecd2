/** Copies of station keys, made before anything is changed and checked against what they were copied from. */
import { copyFile, lchown, link, lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../lib/contract/errors.ts';
import { ifAbsent } from '../../lib/host/absent.ts';
import { atomicWrite } from '../../lib/host/atomic-write.ts';
import { sha256Of } from '../../lib/host/digest.ts';
import type { SavedKey } from '../../lib/migration/manifest.ts';
import { inspectKey, KEY_FILE } from '../../lib/stations/station-key.ts';

/** Notes the checksum of each. @throws AppError key_alarm when one changed since it was found */
export async function saveKeys(keys: readonly SavedKey[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const key of keys) {
    const content = await readFile(join(key.directory, KEY_FILE), 'utf8');
    const found = inspectKey(content);
    if (found.state !== 'sound' || found.fingerprint !== key.fingerprint)
      throw new AppError('key_alarm', {
        message: `The key in ${key.volume} changed while it was saved; nothing was changed.`,
        remedy: 'Look at it, then begin again.',
      });
    const path = join(folder, key.copy);
    await atomicWrite(path, content, 0o600);
    const sha256 = sha256Of(content);
    if (sha256Of(await readFile(path)) !== sha256)
      throw new Error(`the copy of the key in ${key.volume} is not what was written`);
    key.sha256 = sha256;
  }
}

/**
 * Puts a key back that is gone from its volume; one that is there, whichever, is never touched.
 * @returns a sentence when the volume holds another key than the saved one, null when all is well
 */
export async function ensureKey(key: SavedKey, folder: string): Promise<string | null> {
  const path = join(key.directory, KEY_FILE);
  const content = await readFile(path, 'utf8').catch(ifAbsent(null));
  if (content === null) {
    const copy = join(folder, key.copy);
    if (sha256Of(await readFile(copy)) !== key.sha256)
      throw new AppError('key_alarm', {
        message: `The key of ${key.volume} is gone, and its copy ${copy} is not what was saved.`,
        remedy: 'Put a sound copy of the key there, then go on.',
      });
    await putKeyThere(copy, path, key.directory);
    return null;
  }
  const found = inspectKey(content);
  if (found.state === 'sound' && found.fingerprint === key.fingerprint) return null;
  return `${key.volume} does not hold the key it had (Proxy ID ${key.proxyId}); it is left as it is, the saved one lies in ${join(folder, key.copy)}.`;
}

/** Whole and its station's own from the first moment: one that the station cannot read it would replace. */
async function putKeyThere(copy: string, path: string, directory: string): Promise<void> {
  const temporary = `${path}.restored`;
  await rm(temporary, { force: true });
  await copyFile(copy, temporary);
  const { uid, gid } = await lstat(directory);
  await lchown(temporary, uid, gid);
  // Unlike a rename this leaves what appeared meanwhile.
  await link(temporary, path);
  await rm(temporary);
}

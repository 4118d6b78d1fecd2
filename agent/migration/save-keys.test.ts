import { generateKeyPairSync } from 'node:crypto';
import { chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectKey } from '../../lib/stations/station-key.ts';
import { ensureKey, saveKeys } from './save-keys.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'keys-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function newKey(): string {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const both = Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]);
  return JSON.stringify({ privateKeyBase64: both.toString('base64') });
}

async function stationWith(content: string) {
  const directory = join(root, 'volume');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'conduit_key.json'), content);
  const found = inspectKey(content);
  if (found.state !== 'sound') throw new Error('the key is not sound');
  return {
    station: 1,
    volume: 'conduit-data',
    directory,
    proxyId: found.proxyId,
    fingerprint: found.fingerprint,
    copy: 'conduit-data.json',
    sha256: '',
  };
}
const folder = () => join(root, 'saved');
const fileIn = ({ directory }: { directory: string }) => join(directory, 'conduit_key.json');

describe('a key', () => {
  it('is saved readable by root alone, and put back as its volume’s own where it is gone', async () => {
    const content = newKey();
    const key = await stationWith(content);
    await saveKeys([key], folder());
    expect(key.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect((await lstat(join(folder(), key.copy))).mode & 0o777).toBe(0o600);
    await rm(fileIn(key));
    await chown(key.directory, 1000, 1000);
    expect(await ensureKey(key, folder())).toBeNull();
    expect(await readFile(fileIn(key), 'utf8')).toBe(content);
    expect((await lstat(fileIn(key))).uid).toBe(1000);
    expect(await readdir(key.directory)).toEqual(['conduit_key.json']);
  });

  it('that is another one now is left as it is, and said', async () => {
    const key = await stationWith(newKey());
    await saveKeys([key], folder());
    const other = newKey();
    await writeFile(fileIn(key), other);
    expect(await ensureKey(key, folder())).toContain('does not hold the key it had');
    expect(await readFile(fileIn(key), 'utf8')).toBe(other);
  });

  it('is not put back from a copy that was changed', async () => {
    const key = await stationWith(newKey());
    await saveKeys([key], folder());
    await writeFile(join(folder(), key.copy), newKey());
    await rm(fileIn(key));
    await expect(ensureKey(key, folder())).rejects.toMatchObject({ code: 'key_alarm' });
    expect(await readdir(key.directory)).toEqual([]);
  });

  it('that changed since it was found stops the saving', async () => {
    const key = await stationWith(newKey());
    await writeFile(fileIn(key), newKey());
    await expect(saveKeys([key], folder())).rejects.toMatchObject({ code: 'key_alarm' });
  });
});

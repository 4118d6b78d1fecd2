import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEY_FILE } from '../../lib/stations/station-key.ts';
import { createKeptKeys, type KeptKeys } from './kept-key.ts';

const KEY = JSON.stringify({
  privateKeyBase64: 'PPNagm7YwP9l71zJ6p9KtpKWN30SXcFruG+6EdDMgDCgPdEPDTXjAPIfgb6SgNduclLg2tsnU4JEp/hyh20Ueg',
});
let directory = '';
let kept: KeptKeys;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kept-'));
  kept = createKeptKeys(join(directory, 'trial'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const key = () => readFile(join(directory, KEY_FILE), 'utf8');
const write = (content: string) => writeFile(join(directory, KEY_FILE), content);

describe('a key kept during a trial', () => {
  it('comes back when it is gone or another, and only then', async () => {
    await write(KEY);
    await kept.keep(3, directory);
    expect(await kept.restore(3, directory)).toBe(false);
    await write('{"privateKeyBase64":"AAAA"}');
    expect(await kept.restore(3, directory)).toBe(true);
    expect(await key()).toBe(KEY);
    await rm(join(directory, KEY_FILE));
    expect(await kept.restore(3, directory)).toBe(true);
    expect(await key()).toBe(KEY);
    expect((await stat(join(directory, KEY_FILE))).mode & 0o777).toBe(0o600);
  });

  it('is readable by its owner only, is listed until the trial ends, and is then gone', async () => {
    await write(KEY);
    await kept.keep(12, directory);
    const file = await stat(join(directory, 'trial/12.json'));
    expect(file.mode & 0o777).toBe(0o600);
    expect(await kept.list()).toEqual([12]);
    await kept.drop(12);
    expect(await kept.list()).toEqual([]);
    await rm(join(directory, KEY_FILE));
    expect(await kept.restore(12, directory)).toBe(false);
  });

  it('is not kept where there is no sound one: nothing is put over what is there', async () => {
    await write('not a key');
    await kept.keep(1, directory);
    expect(await kept.list()).toEqual([]);
    expect(await kept.restore(1, directory)).toBe(false);
    expect(await key()).toBe('not a key');
  });
});

import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ArchiveInput, extractHistory, readArchive, writeArchive } from './archive.ts';
import { DamagedArchive, WrongPassphrase } from './failures.ts';

const passphrase = 'seven quiet lamps over the harbour';
const keys = [1, 2, 40].map((station) => ({
  station,
  volume: `conduit-data-${station}`,
  proxyId: `proxy-${station}`,
  fingerprint: `print-${station}`,
  content: JSON.stringify({ privateKeyBase64: `SECRET${station}` }),
}));
let folder = '';
let made: Buffer;
// A passphrase's arithmetic is meant to take long.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

async function write(name: string, change: Partial<ArchiveInput> = {}): Promise<string> {
  const path = join(folder, name);
  const input = { path, passphrase, createdAt: 1_790_000_000_000, keys, settings: '{}', historyPath: null };
  await writeArchive({ ...input, ...change });
  return path;
}
async function asFile(name: string, content: Buffer | Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-'));
  made = await readFile(await write('made.age'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('an archive', () => {
  it('comes back as it was written, is root’s alone and tells nothing without its passphrase', async () => {
    const opened = await readArchive(join(folder, 'made.age'), passphrase);
    expect(opened.keys).toEqual(keys.map(({ content }) => content));
    expect(opened.head).toMatchObject({ version: 1, createdAt: 1_790_000_000_000, history: false });
    expect(opened.head.keys.map(({ station, volume }) => [station, volume])).toEqual([
      [1, 'conduit-data-1'],
      [2, 'conduit-data-2'],
      [40, 'conduit-data-40'],
    ]);
    expect((await stat(join(folder, 'made.age'))).mode & 0o777).toBe(0o600);
    for (const word of ['SECRET', 'conduit', 'proxy', 'backup.json'])
      expect(made.includes(word), word).toBe(false);
  });

  it('is read without the history it holds, however large that is', async () => {
    const historyPath = await asFile('history', Buffer.alloc(3_000_000, 'h'));
    const path = await write('history.age', { historyPath });
    const opened = await readArchive(path, passphrase);
    expect(opened.head.history).toBe(true);
    expect(opened.keys).toHaveLength(3);
    // Cut off in the history: the keys are whole all the same.
    const cut = await asFile('history-cut.age', (await readFile(path)).subarray(0, 2_000_000));
    expect((await readArchive(cut, passphrase)).keys).toHaveLength(3);
  });

  it('gives the history back as it was, and says where there is none or not all of it', async () => {
    const content = Buffer.alloc(300_000, 'history');
    const path = await write('with.age', { historyPath: await asFile('h', content) });
    const to = join(folder, 'h-out');
    await extractHistory(path, passphrase, to);
    expect((await readFile(to)).equals(content)).toBe(true);
    expect((await stat(to)).mode & 0o777).toBe(0o600);
    const other = join(folder, 'h-other');
    await expect(extractHistory(join(folder, 'made.age'), passphrase, other)).rejects.toThrow(/no history/);
    const cut = await asFile('h-cut.age', (await readFile(path)).subarray(0, 200_000));
    await expect(extractHistory(cut, passphrase, other)).rejects.toThrow(DamagedArchive);
    await expect(extractHistory(path, 'another passphrase', join(folder, 'no'))).rejects.toThrow(
      WrongPassphrase,
    );
    await expect(extractHistory(path, passphrase, join(folder, 'nosuch/h'))).rejects.toThrow(/ENOENT/);
  });

  it('is not there at all when it could not be written to its end', async () => {
    await expect(write('broken.age', { historyPath: join(folder, 'nosuch') })).rejects.toThrow(/ENOENT/);
    expect((await readdir(folder)).filter((name) => name.startsWith('broken'))).toEqual([]);
  });
});

describe('what cannot be opened', () => {
  it('is told apart: a wrong passphrase, and each kind of damage', async () => {
    await expect(readArchive(join(folder, 'made.age'), `${passphrase} `)).rejects.toThrow(WrongPassphrase);
    const flip = (at: number) => {
      const copy = Buffer.from(made);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    };
    const identity = await generateX25519Identity();
    const forKey = new Encrypter();
    forKey.addRecipient(await identityToRecipient(identity));
    const foreign = new Encrypter();
    foreign.setPassphrase(passphrase);
    foreign.setScryptWorkFactor(10);
    const head = made.toString('latin1').replace(/^(-> scrypt \S+) 16$/m, '$1 22');
    const cases: [string, Buffer | Uint8Array | string, RegExp][] = [
      ['empty', '', /not in the age format/],
      ['text', 'Dear diary', /not in the age format/],
      ['armored', '-----BEGIN AGE ENCRYPTED FILE-----\n', /as text/],
      ['for a key', await forKey.encrypt('x'), /sealed for a key/],
      ['too much work', Buffer.from(head, 'latin1'), /work factor 22/],
      ['another program’s', await foreign.encrypt('hello'), /cut off or changed|not made by this program/],
      ['changed', flip(made.length - 3000), /cut off or changed/],
      ['last byte changed', flip(made.length - 1), /cut off or changed/],
      ['cut off', made.subarray(0, made.length - 1000), /cut off or changed/],
      ['cut off in the head', made.subarray(0, 90), /damaged|not in the age|sealed for a key/],
    ];
    for (const [what, content, reason] of cases) {
      const failed = readArchive(await asFile('other.age', content), passphrase);
      await expect(failed, what).rejects.toThrow(DamagedArchive);
      await expect(failed, what).rejects.toThrow(reason);
    }
  });
});

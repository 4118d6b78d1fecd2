/**
 * An archive of the vault: a tar file inside the age format (age-encryption.org/v1), so that `age --decrypt FILE | tar -x`
 * opens it without us. It holds `backup.json`, `keys/VOLUME.json`, and where asked for `settings.json` and `history.db`.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Decrypter, Encrypter } from 'age-encryption';
import tar from 'tar-stream';
import { z } from 'zod';
import { sha256Of } from '../migration/host-files.ts';

export const archiveHeadSchema = z.object({
  version: z.literal(1),
  createdAt: z.number(),
  history: z.boolean(),
  keys: z.array(
    z.object({
      station: z.number(),
      volume: z.string(),
      proxyId: z.string(),
      fingerprint: z.string(),
      sha256: z.string(),
    }),
  ),
});
export type ArchiveHead = z.infer<typeof archiveHeadSchema>;

export interface ArchiveInput {
  path: string;
  passphrase: string;
  head: ArchiveHead;
  /** Content of each key's file, in the head's order. */
  keys: string[];
  /** JSON. */
  settings: string | null;
  /** A whole copy of the database; null for none. */
  historyPath: string | null;
}

export interface OpenedArchive {
  head: ArchiveHead;
  keys: string[];
  settings: string | null;
}

/** 64 MB and half a second for each guess; age's own default of 18 takes more memory than a small server has. */
const WORK_FACTOR = 16;
const LARGEST_ENTRY = 256 * 1024;

/** Writes the archive whole or not at all, readable by root only. */
export async function writeArchive(input: ArchiveInput): Promise<void> {
  const pack = tar.pack();
  const filling = fill(pack, input);
  const encrypter = new Encrypter();
  encrypter.setPassphrase(input.passphrase);
  encrypter.setScryptWorkFactor(WORK_FACTOR);
  const temporary = `${input.path}.tmp`;
  try {
    const plain = Readable.toWeb(Readable.from(pack)) as ReadableStream<Uint8Array>;
    const sealed = await encrypter.encrypt(plain);
    const file = createWriteStream(temporary, { mode: 0o600, flags: 'wx' });
    await Promise.all([filling, pipeline(Readable.fromWeb(sealed as never), file)]);
    const written = await open(temporary, 'r');
    await written.sync();
    await written.close();
    await rename(temporary, input.path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function fill(pack: tar.Pack, { head, keys, settings, historyPath }: ArchiveInput): Promise<void> {
  const add = (name: string, content: string) =>
    new Promise<void>((resolve, reject) =>
      pack.entry({ name, mode: 0o600, mtime: new Date(head.createdAt) }, content, (error) => (error ? reject(error) : resolve())),
    );
  await add('backup.json', `${JSON.stringify(head, null, 2)}\n`);
  for (const [at, { volume }] of head.keys.entries()) await add(`keys/${volume}.json`, keys[at] ?? '');
  if (settings !== null) await add('settings.json', settings);
  if (historyPath !== null) {
    const file = await open(historyPath, 'r');
    const { size } = await file.stat();
    await file.close();
    const entry = pack.entry({ name: 'history.db', size, mode: 0o600, mtime: new Date(head.createdAt) });
    await pipeline(createReadStream(historyPath), entry);
  }
  pack.finalize();
}

export class WrongPassphrase extends Error {}
export class DamagedArchive extends Error {}

/** @throws WrongPassphrase, DamagedArchive when it is no archive of ours or a part of it is not what was written */
export async function readArchive(path: string, passphrase: string): Promise<OpenedArchive> {
  const files = await entriesOf(path, passphrase);
  const head = archiveHeadSchema.safeParse(parseJson(files.get('backup.json') ?? ''));
  if (!head.success) throw new DamagedArchive('it was not made by this program');
  const keys = head.data.keys.map(({ volume, sha256 }) => {
    const content = files.get(`keys/${volume}.json`);
    if (content === undefined || sha256Of(content) !== sha256)
      throw new DamagedArchive(`the key of ${volume} in it is not what was written`);
    return content;
  });
  return { head: head.data, keys, settings: files.get('settings.json') ?? null };
}

/** Everything but the history. */
async function entriesOf(path: string, passphrase: string): Promise<Map<string, string>> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  let plain: ReadableStream<Uint8Array>;
  try {
    plain = await decrypter.decrypt(Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>);
  } catch (error) {
    const words = String(error);
    if (/no identity matched|incorrect passphrase|wrong passphrase/i.test(words)) throw new WrongPassphrase();
    throw new DamagedArchive('it is not in the age format, or not sealed with a passphrase');
  }
  const files = new Map<string, string>();
  const extract = tar.extract();
  extract.on('entry', (header, stream, next) => {
    const chunks: Buffer[] = [];
    const wanted = (header.size ?? 0) <= LARGEST_ENTRY && header.name !== 'history.db';
    stream.on('data', (chunk: Buffer) => {
      if (wanted) chunks.push(chunk);
    });
    stream.on('end', () => {
      if (wanted) files.set(header.name, Buffer.concat(chunks).toString('utf8'));
      next();
    });
    stream.on('error', next);
  });
  try {
    await pipeline(Readable.fromWeb(plain as never), extract);
  } catch {
    throw new DamagedArchive('its content was cut off or changed');
  }
  return files;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * An archive of the vault: a tar file inside the age format (age-encryption.org/v1), so that `age --decrypt FILE | tar -x`
 * opens it without us. It holds `backup.json`, `keys/VOLUME.json`, `settings.json`, and where asked for `history.db`.
 */

import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Decrypter, Encrypter } from 'age-encryption';
import tar from 'tar-stream';
import * as z from 'zod';
import { parseJson } from '../contract/json.ts';
import { archivedKeySchema } from '../contract/vault.ts';
import { sha256Of } from '../host/digest.ts';
import { checkAgeHead, HEAD_BYTES } from './age-head.ts';
import { DamagedArchive, WrongPassphrase } from './failures.ts';

const archiveHeadSchema = z.object({
  version: z.literal(1),
  createdAt: z.number(),
  history: z.boolean(),
  keys: z.array(archivedKeySchema.extend({ sha256: z.string() })).max(20_000),
});
export type ArchiveHead = z.infer<typeof archiveHeadSchema>;

export interface ArchiveInput {
  path: string;
  passphrase: string;
  createdAt: number;
  keys: (z.infer<typeof archivedKeySchema> & { content: string })[];
  /** JSON. */
  settings: string;
  /** A database that holds the history and nothing else; null for none. */
  historyPath: string | null;
}

export interface OpenedArchive {
  head: ArchiveHead;
  /** Content of each key's file, in the head's order. */
  keys: string[];
  settings: string;
}

/** 64 MB and half a second for each guess; age's own default of 18 takes more memory than a small server has to spare. */
const WORK_FACTOR = 16;
/** Of one entry, and of all that is kept of an archive. */
const LARGEST_ENTRY = 8 * 1024 * 1024;
const LARGEST_CONTENT = 64 * 1024 * 1024;
const HISTORY = 'history.db';
/** Beside the content: heads and padding of the tar file, and what age adds to each 64 KB. */
const OVERHEAD_BYTES = 64 * 1024;

/** Writes the archive whole or not at all, readable by root only. */
export async function writeArchive(input: ArchiveInput): Promise<void> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(input.passphrase);
  encrypter.setScryptWorkFactor(WORK_FACTOR);
  const temporary = `${input.path}.tmp`;
  try {
    const plain = Readable.toWeb(Readable.from(contentOf(input))) as ReadableStream<Uint8Array>;
    const sealed = await encrypter.encrypt(plain);
    await pipeline(
      Readable.fromWeb(sealed as never),
      createWriteStream(temporary, { mode: 0o600, flags: 'wx', flush: true }),
    );
    await rename(temporary, input.path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const folder = await open(dirname(input.path), 'r');
  await folder.sync();
  await folder.close();
}

/** What the archive will weigh, about. */
export async function sizeOf({ keys, settings, historyPath }: Omit<ArchiveInput, 'path' | 'passphrase'>) {
  const history = historyPath === null ? 0 : (await stat(historyPath)).size;
  return keys.length * 2048 + settings.length + history * 1.001 + OVERHEAD_BYTES;
}

/** The tar file, part by part: the next is made when the one before it has been taken. */
async function* contentOf(input: ArchiveInput): AsyncGenerator<Buffer> {
  const pack = tar.pack();
  // What breaks here breaks the reader below as well.
  const filling = fill(pack, input).catch((error: Error) => void pack.destroy(error));
  yield* pack as unknown as AsyncIterable<Buffer>;
  await filling;
}

async function fill(pack: tar.Pack, input: ArchiveInput): Promise<void> {
  const mtime = new Date(input.createdAt);
  const add = (name: string, content: string) =>
    new Promise<void>((resolve, reject) => {
      pack.entry({ name, mode: 0o600, mtime }, content, (error) => (error ? reject(error) : resolve()));
    });
  await add('backup.json', `${JSON.stringify(headOf(input), null, 2)}\n`);
  for (const { volume, content } of input.keys) await add(`keys/${volume}.json`, content);
  await add('settings.json', input.settings);
  if (input.historyPath !== null) {
    const { size } = await stat(input.historyPath);
    const entry = pack.entry({ name: HISTORY, size, mode: 0o600, mtime });
    await pipeline(createReadStream(input.historyPath), entry);
  }
  pack.finalize();
}

function headOf({ createdAt, historyPath, keys }: ArchiveInput): ArchiveHead {
  return {
    version: 1,
    createdAt,
    history: historyPath !== null,
    keys: keys.map(({ content, ...key }) => ({ ...key, sha256: sha256Of(content) })),
  };
}

/**
 * Everything but the history, which comes last and is not read.
 * @throws WrongPassphrase, DamagedArchive when it is no archive of ours or a part of it is not what was written
 */
export async function readArchive(path: string, passphrase: string): Promise<OpenedArchive> {
  const files = await entriesOf(await decrypted(path, passphrase));
  const head = archiveHeadSchema.safeParse(parseJson(files.get('backup.json') ?? ''));
  const settings = files.get('settings.json');
  if (!head.success || settings === undefined)
    throw new DamagedArchive('it opens, but it was not made by this program, or by a newer version of it');
  const keys = head.data.keys.map(({ volume, sha256 }) => {
    const content = files.get(`keys/${volume}.json`);
    if (content === undefined || sha256Of(content) !== sha256)
      throw new DamagedArchive(`the key of ${volume} in it is not what was written`);
    return content;
  });
  return { head: head.data, keys, settings };
}

/**
 * Writes the history of an archive to a file that is not there yet, readable by root only.
 * @throws WrongPassphrase, DamagedArchive when it holds none, or not all of it
 */
export async function extractHistory(path: string, passphrase: string, to: string): Promise<void> {
  const extract = tar.extract();
  let isThere = false;
  extract.on('entry', ({ name }, stream, next) => {
    if (name === HISTORY) {
      isThere = true;
      const file = createWriteStream(to, { mode: 0o600, flags: 'wx' });
      pipeline(stream, file).then(() => next(), next);
    } else {
      stream.on('end', next);
      stream.resume();
    }
  });
  try {
    await pipeline(Readable.fromWeb((await decrypted(path, passphrase)) as never), extract);
  } catch (error) {
    if (error instanceof WrongPassphrase || error instanceof DamagedArchive || isOfSystem(error)) throw error;
    throw new DamagedArchive('its content was cut off or changed');
  }
  if (!isThere) throw new DamagedArchive('it holds no history');
}

/** As for a full disk: that is no damage of the archive. */
function isOfSystem(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).syscall !== undefined;
}

async function decrypted(path: string, passphrase: string): Promise<ReadableStream<Uint8Array>> {
  const file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  await file.close();
  checkAgeHead(buffer.subarray(0, bytesRead));
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>);
  } catch (error) {
    if (/no identity matched/i.test(String(error))) throw new WrongPassphrase();
    throw new DamagedArchive('its first lines are damaged');
  }
}

async function entriesOf(plain: ReadableStream<Uint8Array>): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const extract = tar.extract();
  let kept = 0;
  let reachedHistory = false;
  extract.on('entry', ({ name, size = 0 }, stream, next) => {
    if (name === HISTORY) {
      reachedHistory = true;
      extract.destroy();
      return;
    }
    kept += size;
    if (size > LARGEST_ENTRY || kept > LARGEST_CONTENT) {
      extract.destroy(new DamagedArchive(`${name} in it is larger than anything this program writes`));
      return;
    }
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      files.set(name, Buffer.concat(chunks).toString('utf8'));
      next();
    });
    stream.on('error', next);
  });
  try {
    await pipeline(Readable.fromWeb(plain as never), extract);
  } catch (error) {
    if (reachedHistory) return files;
    if (error instanceof DamagedArchive) throw error;
    throw new DamagedArchive('its content was cut off or changed');
  }
  return files;
}

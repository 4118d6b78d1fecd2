/** The vault's folder: its archives by name, those that come from elsewhere, and what is forgotten. */
import { appendFile, mkdir, open, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../lib/contract/errors.ts';
import type { VaultArchive, VaultPut } from '../../lib/contract/vault.ts';
import { ifAbsent } from '../../lib/host/absent.ts';
import { checkAgeHead } from '../../lib/vault/age-head.ts';
import { DamagedArchive } from '../../lib/vault/failures.ts';
import { broughtName, expired, kindOf, nameOf } from '../../lib/vault/names.ts';

/** What must stay free: a full disk stops more than backups. */
const RESERVE_BYTES = 128 * 1024 * 1024;
const CHUNK_BYTES = 192 * 1024;
const UPLOAD_LIFE_MS = 3_600_000;
const PART = '.part';

export interface Archives {
  directory: string;
  /** Newest first. */
  list(): Promise<VaultArchive[]>;
  /** A name that no archive has. */
  newId(kind: 'manual' | 'scheduled'): string;
  /** Where an archive that is about to be written goes. */
  pathFor(id: string): Promise<string>;
  /** @throws AppError not_found */
  pathOf(id: string): Promise<string>;
  /** A file of ours that does not outlive the agent. */
  temporary(name: string): string;
  /** @throws AppError disk_full when so much would leave too little free */
  requireSpace(bytes: number): Promise<void>;
  read(id: string, signal: AbortSignal): AsyncIterable<{ content: string }>;
  /** @returns the archive's name with the last part, null before. @throws AppError invalid_input, conflict, disk_full */
  put(part: VaultPut): Promise<string | null>;
  remove(id: string): Promise<void>;
  /** Removes all scheduled ones but the newest. @returns how many went */
  prune(keep: number): Promise<number>;
  /** Removes what a crash left half done. */
  clean(): Promise<void>;
}

export function createArchives(directory: string, now: () => number): Archives {
  const make = () => mkdir(directory, { recursive: true, mode: 0o700 });
  const names = () => readdir(directory).catch(ifAbsent<string[]>([]));

  async function list(): Promise<VaultArchive[]> {
    const archives: VaultArchive[] = [];
    for (const id of await names()) {
      const kind = kindOf(id);
      const found = kind === null ? null : await stat(join(directory, id)).catch(ifAbsent(null));
      if (kind !== null && found?.isFile())
        archives.push({ id, at: Math.floor(found.mtimeMs), bytes: found.size, kind });
    }
    return archives.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
  }

  async function pathOf(id: string): Promise<string> {
    const path = join(directory, id);
    if ((await stat(path).catch(ifAbsent(null)))?.isFile()) return path;
    throw new AppError('not_found', {
      message: `There is no archive ${id} in the vault.`,
      remedy: 'List them with `sudo conduit vault list`.',
    });
  }

  async function requireSpace(bytes: number): Promise<void> {
    await make();
    const { bavail, bsize } = await statfs(directory);
    if (bavail * bsize >= bytes + RESERVE_BYTES) return;
    throw new AppError('disk_full', {
      message: `The disk has too little space for this archive (${Math.ceil((bytes + RESERVE_BYTES) / 2 ** 20)} MB are wanted).`,
      remedy: `Free some space, or remove archives you no longer need from ${directory}.`,
    });
  }

  async function dropStale(): Promise<void> {
    for (const name of (await names()).filter((one) => one.endsWith(PART))) {
      const found = await stat(join(directory, name)).catch(ifAbsent(null));
      if (found !== null && now() - found.mtimeMs > UPLOAD_LIFE_MS)
        await rm(join(directory, name), { force: true });
    }
  }

  async function addPart({ upload, offset, content }: VaultPut): Promise<string> {
    const path = join(directory, `.${upload}${PART}`);
    const bytes = Buffer.from(content, 'base64');
    await requireSpace(bytes.length);
    if (offset === 0) {
      await dropStale();
      checkHead(bytes);
      await writeFile(path, bytes, { mode: 0o600 });
      return path;
    }
    const size = (await stat(path).catch(ifAbsent(null)))?.size ?? 0;
    if (size !== offset)
      throw new AppError('conflict', {
        message: `The archive came in ${size} bytes so far, and the next part begins at ${offset}.`,
        remedy: 'Send it again from its beginning.',
      });
    await appendFile(path, bytes);
    return path;
  }

  return {
    directory,
    list,
    newId: (kind) => nameOf(kind, now()),
    async pathFor(id) {
      await make();
      return join(directory, id);
    },
    pathOf,
    temporary: (name) => join(directory, `.${name}.tmp`),
    requireSpace,
    async *read(id, signal) {
      const file = await open(await pathOf(id), 'r');
      try {
        const buffer = Buffer.alloc(CHUNK_BYTES);
        for (;;) {
          const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
          if (bytesRead === 0 || signal.aborted) return;
          yield { content: buffer.toString('base64', 0, bytesRead) };
        }
      } finally {
        await file.close();
      }
    },
    async put(part) {
      const path = await addPart(part);
      if (part.name === undefined) return null;
      const taken = new Set(await names());
      const id = broughtName(part.name, (name) => taken.has(name));
      await rename(path, join(directory, id));
      return id;
    },
    async remove(id) {
      await rm(await pathOf(id), { force: true });
    },
    async prune(keep) {
      const old = expired(
        (await list()).map(({ id }) => id),
        keep,
      );
      for (const id of old) await rm(join(directory, id), { force: true });
      return old.length;
    },
    async clean() {
      for (const name of await names())
        if (name.endsWith('.tmp')) await rm(join(directory, name), { force: true });
      await dropStale();
    },
  };
}

/** Refuses at once what cannot become an archive. */
function checkHead(bytes: Buffer): void {
  try {
    checkAgeHead(bytes);
  } catch (error) {
    if (!(error instanceof DamagedArchive)) throw error;
    throw new AppError('invalid_input', {
      message: `This is no archive of the vault: ${error.message}.`,
      remedy: 'Choose a file that `conduit backup` or the Keys page made; its name ends with .age.',
      fields: [{ field: 'content', message: error.message }],
    });
  }
}

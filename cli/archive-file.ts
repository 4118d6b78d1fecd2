/** Archives of the vault as files of the operator's: out of the agent, and into it. */
import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../lib/contract/errors.ts';
import { PART_BYTES } from '../lib/contract/vault.ts';
import type { Cli } from './command.ts';

/**
 * Where an archive is to be saved; a folder gets it under its own name.
 * @param id left out while it is not known yet
 * @throws AppError invalid_input when something is there already, or the folder is not
 */
export async function freePath(command: string, to: string, id?: string): Promise<string> {
  const isFolder = (await statOrNull(to))?.isDirectory() ?? false;
  if (isFolder && id === undefined) return to;
  const path = isFolder ? join(to, id ?? '') : to;
  if ((await statOrNull(path)) !== null)
    throw new AppError('invalid_input', {
      message: `${command}: --to ${path} is there already, and nothing is overwritten`,
      remedy: 'Choose another name.',
    });
  if ((await statOrNull(dirname(path)))?.isDirectory()) return path;
  throw new AppError('invalid_input', { message: `${command}: --to: there is no folder ${dirname(path)}` });
}

/** Whole or not at all, readable by its owner only. */
export async function saveArchive(cli: Cli, id: string, path: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      for await (const { content } of cli.client.stream('vault.download', { id }))
        await file.write(Buffer.from(content, 'base64'));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof AppError || code === undefined) throw error;
    throw new AppError(code === 'ENOSPC' ? 'disk_full' : 'invalid_input', {
      message: `${path} could not be written (${code}).`,
      remedy: `The archive is in the vault: sudo conduit vault save ${id} --to FILE`,
    });
  }
}

/** Hands a file to the agent, part by part. @returns the name it has in the vault. @throws AppError not_found, invalid_input */
export async function bringArchive(cli: Cli, path: string): Promise<string> {
  const file = await open(path, 'r');
  const upload = randomBytes(16).toString('hex');
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(PART_BYTES);
    for (let offset = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, PART_BYTES);
      const content = buffer.toString('base64', 0, bytesRead);
      const isLast = offset + bytesRead >= size || bytesRead === 0;
      const part = { upload, offset, content, ...(isLast ? { name: basename(path) } : {}) };
      const { id } = await cli.client.call('vault.put', part);
      if (id !== null) return id;
      offset += bytesRead;
    }
  } finally {
    await file.close();
  }
}

export async function isFile(path: string): Promise<boolean> {
  return (await statOrNull(path))?.isFile() ?? false;
}

async function statOrNull(path: string) {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
}

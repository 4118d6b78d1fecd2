/** Takes files and links of an older manager off the host, and puts them back exactly: content, mode, owner, time. */
import { createHash } from 'node:crypto';
import {
  chmod,
  lchown,
  lstat,
  mkdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Trace } from '../contract/migration.ts';
import { ifAbsent } from '../host/absent.ts';
import { atomicWrite } from '../host/atomic-write.ts';

export const archivedFileSchema = z.object({
  path: z.string(),
  action: z.enum(['remove', 'lines', 'replace']),
  kind: z.enum(['file', 'link']),
  /** Of a link. */
  target: z.string().nullable(),
  /** Of a file: the name of its copy in the migration's folder `files`, and what it must come to. */
  copy: z.string().nullable(),
  sha256: z.string().nullable(),
  mode: z.number(),
  uid: z.number(),
  gid: z.number(),
  /** Milliseconds since the epoch. */
  changedAt: z.number(),
  /** What we left in its place; null for nothing. Set once that is done. */
  leftSha256: z.string().nullable(),
});
export type ArchivedFile = z.infer<typeof archivedFileSchema>;

export const sha256Of = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');

/** Copies what is to be changed into `folder`; changes nothing yet. */
export async function archiveFiles(traces: readonly Trace[], folder: string): Promise<ArchivedFile[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const archived: ArchivedFile[] = [];
  for (const [at, { path, action }] of traces.entries()) {
    if (action === 'keep') continue;
    const stat = await lstat(path);
    const facts = {
      path,
      action,
      mode: stat.mode & 0o7777,
      uid: stat.uid,
      gid: stat.gid,
      changedAt: stat.mtimeMs,
      leftSha256: null,
    };
    if (stat.isSymbolicLink()) {
      archived.push({ ...facts, kind: 'link', target: await readlink(path), copy: null, sha256: null });
      continue;
    }
    const content = await readFile(path);
    const copy = `${String(at + 1).padStart(2, '0')}-${path.split('/').at(-1)}`;
    await atomicWrite(join(folder, copy), content, 0o600);
    archived.push({ ...facts, kind: 'file', target: null, copy, sha256: sha256Of(content) });
  }
  return archived;
}

/** Takes one archived file away, or only the lines that `isTheirs` names. Can be done again. @returns what is left there */
export async function takeAway(
  file: ArchivedFile,
  isTheirs: (line: string) => boolean,
): Promise<string | null> {
  if (file.action !== 'lines') {
    await rm(file.path, { force: true });
    return null;
  }
  const text = await readFile(file.path, 'utf8').catch(ifAbsent(null));
  if (text === null) return null;
  const rest = text
    .split('\n')
    .filter((line) => !isTheirs(line))
    .join('\n');
  if (rest !== text) {
    await atomicWrite(file.path, rest, file.mode);
    await lchown(file.path, file.uid, file.gid);
  }
  return sha256Of(rest);
}

/**
 * Puts one archived file back. What somebody changed there since is not lost: a crontab gets its lines back at the end,
 * anything else is moved aside first.
 * @returns a sentence about what was in the way, null when nothing was
 */
export async function putBack(
  file: ArchivedFile,
  folder: string,
  isTheirs: (line: string) => boolean,
): Promise<string | null> {
  if (await isAsBefore(file)) return null;
  await mkdir(dirname(file.path), { recursive: true });
  if (file.kind === 'link') {
    const note = await moveAside(file);
    await symlink(file.target ?? '', file.path);
    await lchown(file.path, file.uid, file.gid);
    return note;
  }
  const content = await readFile(join(folder, file.copy ?? ''));
  if (sha256Of(content) !== file.sha256) throw new Error(`the copy of ${file.path} is damaged`);
  const now = await readFile(file.path).catch(ifAbsent(null));
  const untouched = now === null || (file.leftSha256 !== null && sha256Of(now) === file.leftSha256);
  if (!untouched && file.action === 'lines') {
    const lines = content
      .toString('utf8')
      .split('\n')
      .filter((line) => isTheirs(line));
    await atomicWrite(
      file.path,
      `${now.toString('utf8').replace(/\n?$/, '\n')}${lines.join('\n')}\n`,
      file.mode,
    );
    await lchown(file.path, file.uid, file.gid);
    return `${file.path} was changed meanwhile: its lines were put back at the end.`;
  }
  const note = untouched ? null : await moveAside(file);
  await atomicWrite(file.path, content, file.mode);
  await lchown(file.path, file.uid, file.gid);
  await utimes(file.path, new Date(), file.changedAt / 1000);
  return note;
}

async function isAsBefore(file: ArchivedFile): Promise<boolean> {
  const stat = await lstat(file.path).catch(ifAbsent(null));
  if (stat === null) return false;
  if (file.kind === 'link') return stat.isSymbolicLink() && (await readlink(file.path)) === file.target;
  return stat.isFile() && sha256Of(await readFile(file.path)) === file.sha256;
}

/** Our own link in the place of theirs is of no use to anybody; everything else is kept under another name. */
async function moveAside(file: ArchivedFile): Promise<string | null> {
  const stat = await lstat(file.path).catch(ifAbsent(null));
  if (stat === null) return null;
  if (stat.isSymbolicLink() && file.action === 'replace') {
    await rm(file.path);
    return null;
  }
  const aside = `${file.path}.before-rollback`;
  await rename(file.path, aside);
  return `What stood at ${file.path} meanwhile is now ${aside}.`;
}

/** Overwrites a file before it is removed. On a disk that moves what it writes that is no promise, and is said so. */
export async function shred(path: string): Promise<void> {
  const stat = await lstat(path).catch(ifAbsent(null));
  if (stat === null || !stat.isFile()) return;
  await chmod(path, 0o600);
  await writeFile(path, Buffer.alloc(stat.size), { flag: 'r+' });
  await rm(path);
}

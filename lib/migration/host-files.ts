/** Takes files and links of an older manager off the host, and puts them back exactly: content, mode, owner, time. */
import {
  chmod,
  lchown,
  lstat,
  mkdir,
  open,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { ownershipOf } from '../balancer/marker.ts';
import type { Trace } from '../contract/migration.ts';
import { ifAbsent } from '../host/absent.ts';
import { atomicWrite } from '../host/atomic-write.ts';
import { sha256Of } from '../host/digest.ts';

export const archivedFileSchema = z.object({
  path: z.string(),
  action: z.enum(['remove', 'lines', 'replace', 'copy']),
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
  /** Of a file of which only lines go: what is left of it. */
  leftSha256: z.string().nullable(),
});
export type ArchivedFile = z.infer<typeof archivedFileSchema>;

/**
 * Copies what is to be changed into `folder`; changes nothing yet.
 * @param isTheirs which lines of a crontab will go
 * @param before what was archived there already: it stays as it is, since by now the host may have ours in its place, or
 *   nothing
 * @returns that, and what was found besides
 */
export async function archiveFiles(
  traces: readonly Trace[],
  folder: string,
  isTheirs: (line: string) => boolean,
  before: readonly ArchivedFile[] = [],
): Promise<ArchivedFile[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const archived = [...before];
  const known = new Set(before.map(({ path }) => path));
  for (const { path, action } of traces) {
    if (action === 'keep' || known.has(path)) continue;
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
    const copy = `${String(archived.length + 1).padStart(2, '0')}-${path.split('/').at(-1)}`;
    await atomicWrite(join(folder, copy), content, 0o600);
    const leftSha256 = action === 'lines' ? sha256Of(without(content.toString('utf8'), isTheirs)) : null;
    archived.push({ ...facts, kind: 'file', target: null, copy, sha256: sha256Of(content), leftSha256 });
  }
  return archived;
}

/** Takes one archived file away, or only the lines that `isTheirs` names. Can be done again. */
export async function takeAway(file: ArchivedFile, isTheirs: (line: string) => boolean): Promise<void> {
  if (file.action === 'copy') return;
  if (file.action !== 'lines') return rm(file.path, { force: true });
  const text = await readFile(file.path, 'utf8').catch(ifAbsent(null));
  if (text === null) return;
  const rest = without(text, isTheirs);
  if (rest !== text) await replace(file, rest);
}

function without(text: string, isTheirs: (line: string) => boolean): string {
  return text
    .split('\n')
    .filter((line) => !isTheirs(line))
    .join('\n');
}

async function replace(file: ArchivedFile, content: string | Buffer): Promise<void> {
  await atomicWrite(file.path, content, file.mode);
  await lchown(file.path, file.uid, file.gid);
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
    const others = without(now.toString('utf8'), isTheirs).replace(/\n*$/, '\n');
    await replace(file, `${others}${lines.join('\n')}\n`);
    return `${file.path} was changed meanwhile: its lines were put back at the end.`;
  }
  const note = untouched ? null : await moveAside(file);
  await replace(file, content);
  await utimes(file.path, new Date(), file.changedAt / 1000);
  return note;
}

/** What is the same already gets its owner and mode again: a crash may have come between. */
async function isAsBefore(file: ArchivedFile): Promise<boolean> {
  const stat = await lstat(file.path).catch(ifAbsent(null));
  if (stat === null) return false;
  if (file.kind === 'link') return stat.isSymbolicLink() && (await readlink(file.path)) === file.target;
  if (!stat.isFile() || sha256Of(await readFile(file.path)) !== file.sha256) return false;
  if (stat.uid !== file.uid || stat.gid !== file.gid) await lchown(file.path, file.uid, file.gid);
  if ((stat.mode & 0o7777) !== file.mode) await chmod(file.path, file.mode);
  return true;
}

/** What we put in their place is of no use to anybody; everything else is kept under another name. */
async function moveAside(file: ArchivedFile): Promise<string | null> {
  const stat = await lstat(file.path).catch(ifAbsent(null));
  if (stat === null) return null;
  if (await isOurs(file, stat.isSymbolicLink())) {
    await rm(file.path);
    return null;
  }
  const base = `${file.path}.before-rollback`;
  let aside = base;
  for (let n = 2; (await lstat(aside).catch(ifAbsent(null))) !== null; n++) aside = `${base}-${n}`;
  await rename(file.path, aside);
  return `What stood at ${file.path} meanwhile is now ${aside}.`;
}

/** Our command in the place of theirs, or our configuration of nginx. */
async function isOurs(file: ArchivedFile, isLink: boolean): Promise<boolean> {
  if (file.action === 'replace') return isLink;
  return file.action === 'copy' && !isLink && ownershipOf(await readFile(file.path, 'utf8')) === 'ours';
}

const CHUNK = Buffer.alloc(1024 * 1024);

/** Overwrites a file before it is removed. On a disk that moves what it writes that is no promise, and is said so. */
export async function shred(path: string): Promise<void> {
  const stat = await lstat(path).catch(ifAbsent(null));
  if (stat === null || !stat.isFile()) return;
  const file = await open(path, 'r+');
  try {
    for (let at = 0; at < stat.size; at += CHUNK.length)
      await file.write(CHUNK, 0, Math.min(CHUNK.length, stat.size - at), at);
    await file.sync();
  } finally {
    await file.close();
  }
  await rm(path);
}

/**
 * Earlier nginx configurations. The file that stood at a path before we first wrote there is its ORIGINAL and is
 * kept for ever; of the others the newest stay.
 */
import { createHash } from 'node:crypto';
import { access, chmod, chown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../contract/errors.ts';
import { ifAbsent, readIfThere } from '../host/absent.ts';
import { atomicWrite } from '../host/atomic-write.ts';
import { ownershipOf } from './marker.ts';

const KEEP = 20;

export interface Backup {
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  bytes: number;
  ours: boolean;
}

/** Keeps what stands at `configPath` now, before it is replaced. Nothing is kept twice in a row. */
export async function keepBackup(backupsDir: string, configPath: string, now: number): Promise<void> {
  await mkdir(backupsDir, { recursive: true, mode: 0o700 });
  // Bytes, not text: the operator's file may be in any encoding.
  const bytes = await readFile(configPath).catch(ifAbsent(null));
  const text = bytes === null ? null : bytes.toString('utf8');
  await keepOriginal(backupsDir, configPath, text);
  if (bytes === null || text === null) return;
  const newest = (await listBackups(backupsDir)).find(({ id }) => !id.startsWith('original-'));
  if (newest !== undefined && bytes.equals(await readFile(join(backupsDir, `${newest.id}.conf`)))) return;
  const id = `${new Date(now).toISOString().replace(/[-:.]/g, '')}-${ownershipOf(text) === 'foreign' ? 'foreign' : 'ours'}`;
  await atomicWrite(join(backupsDir, `${id}.conf`), bytes, 0o600);
  await prune(backupsDir);
}

/** Newest first. */
export async function listBackups(backupsDir: string): Promise<Backup[]> {
  const names = (await readdir(backupsDir).catch(ifAbsent<string[]>([]))).filter((name) =>
    name.endsWith('.conf'),
  );
  const backups = await Promise.all(
    names.map(async (name) => {
      const { mtimeMs, size } = await stat(join(backupsDir, name));
      const id = name.slice(0, -'.conf'.length);
      return { id, at: timeOf(id) ?? Math.floor(mtimeMs), bytes: size, ours: id.endsWith('-ours') };
    }),
  );
  return backups.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
}

/** @throws AppError not_found */
export async function readBackup(backupsDir: string, id: string): Promise<string> {
  const known = (await listBackups(backupsDir)).find((one) => one.id === id);
  if (known === undefined)
    throw new AppError('not_found', {
      message: `There is no backup ${id}.`,
      remedy: 'See which there are: sudo ./conduit nginx backups',
    });
  return readFile(join(backupsDir, `${known.id}.conf`), 'utf8');
}

/**
 * Puts the original back: `restored`, or `removed` where there was no file, or `untouched` when we never wrote
 * there or when the file that stands there now is not ours. nginx is not told; that is the caller's.
 */
export async function restoreBackupOfOriginal(
  backupsDir: string,
  configPath: string,
): Promise<'restored' | 'removed' | 'untouched'> {
  const live = await readIfThere(configPath);
  if (live !== null && ownershipOf(live) === 'foreign') return 'untouched';
  const { file, absentMark, meta } = originalPaths(backupsDir, configPath);
  if (await exists(file)) {
    const { mode, uid, gid } = JSON.parse(await readFile(meta, 'utf8')) as {
      mode: number;
      uid: number;
      gid: number;
    };
    await atomicWrite(configPath, await readFile(file), mode);
    await chown(configPath, uid, gid);
    await chmod(configPath, mode);
    return 'restored';
  }
  if (!(await exists(absentMark))) return 'untouched';
  await rm(configPath, { force: true });
  return 'removed';
}

/** The operator's own text from before us; null when there was none. */
export function findOriginal(backupsDir: string, configPath: string): Promise<string | null> {
  return readIfThere(originalPaths(backupsDir, configPath).file);
}

async function keepOriginal(backupsDir: string, configPath: string, text: string | null): Promise<void> {
  const { file, absentMark, meta } = originalPaths(backupsDir, configPath);
  if ((await exists(file)) || (await exists(absentMark))) return;
  if (text === null) {
    await writeFile(absentMark, '', { mode: 0o600 });
    return;
  }
  // A file of ours without an original: an earlier state directory was lost, and its original with it.
  if (ownershipOf(text) !== 'foreign') return;
  const { mode, uid, gid } = await stat(configPath);
  await atomicWrite(meta, JSON.stringify({ mode: mode & 0o7777, uid, gid }), 0o600);
  await atomicWrite(file, await readFile(configPath), 0o600);
}

async function prune(backupsDir: string): Promise<void> {
  const prunable = (await listBackups(backupsDir)).filter(({ id }) => !id.startsWith('original-'));
  for (const { id } of prunable.slice(KEEP)) await rm(join(backupsDir, `${id}.conf`), { force: true });
}

/** One original a path: the setting may point elsewhere one day. */
function originalPaths(backupsDir: string, configPath: string) {
  const stem = `original-${createHash('sha256').update(configPath).digest('hex').slice(0, 12)}`;
  return {
    file: join(backupsDir, `${stem}.conf`),
    absentMark: join(backupsDir, `${stem}.absent`),
    meta: join(backupsDir, `${stem}.json`),
  };
}

function timeOf(id: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-/.exec(id);
  if (match === null) return null;
  const [, y, mo, d, h, mi, s, ms] = match;
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}.${ms}Z`);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

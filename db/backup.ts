/** A copy of the database as it was, before a newer program changes its tables. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SqliteClient } from './open.ts';

/** As many are kept, the newest. */
const KEEP = 3;

/**
 * Copies the database when migrations are due; does nothing for one that is new or up to date. A start that fails is tried
 * again and again: it finds its copy there and makes no other.
 * @throws Error in words for people when there is no room for it; the database is then as it was
 */
export function backUpBeforeMigration(client: SqliteClient, migrationsFolder: string, folder: string): void {
  const last = lastApplied(client);
  if (last === null || newestOf(migrationsFolder) <= last) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const copy = join(folder, `conduit-${new Date(last).toISOString().slice(0, 10)}-${last}.db`);
  if (existsSync(copy) && statSync(copy).mtimeMs >= lastChange(client.name)) return;
  const unfinished = `${copy}.unfinished`;
  rmSync(unfinished, { force: true });
  try {
    client.prepare('VACUUM INTO ?').run(unfinished);
  } catch (cause) {
    rmSync(unfinished, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The database cannot be copied to ${folder} before it is changed (${why}). Make room there and start again.`,
      { cause },
    );
  }
  renameSync(unfinished, copy);
  const copies = readdirSync(folder)
    .filter((name) => /^conduit-.*\.db$/.test(name))
    .map((name) => join(folder, name));
  const byAge = copies.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const old of byAge.slice(KEEP)) rmSync(old);
}

/** When the migration that was applied last was made; null for a database that is new. */
function lastApplied(client: SqliteClient): number | null {
  const table = client.prepare(`SELECT 1 FROM sqlite_master WHERE name = '__drizzle_migrations'`).get();
  if (table === undefined) return null;
  const last = client.prepare<[], number | null>('SELECT max(created_at) FROM __drizzle_migrations').pluck();
  return last.get() ?? null;
}

/** As drizzle-kit notes it. */
function newestOf(migrationsFolder: string): number {
  const journal = JSON.parse(readFileSync(join(migrationsFolder, 'meta/_journal.json'), 'utf8')) as {
    entries: { when: number }[];
  };
  return Math.max(...journal.entries.map(({ when }) => when));
}

function lastChange(file: string): number {
  const times = [file, `${file}-wal`].map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return Math.max(...times);
}

/** The only place that opens SQLite. One writer: the agent. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { backUpBeforeMigration } from './backup.ts';

export type Db = BetterSQLite3Database<Record<string, never>> & { $client: SqliteClient };

/** The driver's own connection and statements, for queries that Drizzle has no words for. */
export type SqliteClient = Sqlite.Database;
export type SqliteStatement<Bound extends unknown[], Row = unknown> = Sqlite.Statement<Bound, Row>;

/**
 * Opens (and creates) the database and brings it to the newest migration.
 * @param file path, or `:memory:`
 * @param migrationsFolder folder of the SQL files drizzle-kit wrote
 * @param backupsFolder where a copy goes before a migration
 */
export function openDatabase(file: string, migrationsFolder: string, backupsFolder?: string): Db {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const client = new Sqlite(file);
  // Both hold from the first table on. Large pages are filled well by frames of history (lib/history/frame.ts), and
  // the pages of what is forgotten go back to the disk a few at a time, without a pause for everybody.
  client.pragma('page_size = 16384');
  client.pragma('auto_vacuum = INCREMENTAL');
  client.pragma('journal_mode = WAL');
  client.pragma('synchronous = NORMAL');
  client.pragma('foreign_keys = ON');
  client.pragma('busy_timeout = 5000');
  const db = drizzle({ client });
  if (backupsFolder !== undefined) backUpBeforeMigration(client, migrationsFolder, backupsFolder);
  migrate(db, { migrationsFolder });
  return db;
}

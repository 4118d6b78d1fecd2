import { join } from 'node:path';
import { type Db, openDatabase } from '../../db/open.ts';

/** A real SQLite database in memory, migrated like the agent's. */
export function openTestDatabase(): Db {
  return openDatabase(':memory:', join(import.meta.dirname, '../../db/migrations'));
}

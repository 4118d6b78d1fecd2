// Before the first release there is one migration, made anew from the schema; afterwards use `npx drizzle-kit generate`.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { run } from '../lib/host/run.ts';

const FILE = 'db/migrations/0000_init.sql';

rmSync('db/migrations', { recursive: true, force: true });
await run('npx', ['drizzle-kit', 'generate', '--name', 'init'], { inherit: true });

// Time series lie on disk in the order of their key, one series after the other: reading a fortnight of one of them
// is five times faster. Drizzle has no word for it.
const sql = readFileSync(FILE, 'utf8');
const clustered = sql.replaceAll(
  'PRIMARY KEY(`series`, `at`)\n);',
  'PRIMARY KEY(`series`, `at`)\n) WITHOUT ROWID;',
);
if (clustered === sql)
  throw new Error(`${FILE} has no time series any more; this step has lost its purpose.`);
writeFileSync(FILE, clustered);

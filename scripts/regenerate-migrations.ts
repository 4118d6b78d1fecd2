// Before the first release there is one migration, made anew from the schema; afterwards use `npx drizzle-kit generate`.
import { rmSync } from 'node:fs';
import { run } from '../lib/host/run.ts';

rmSync('db/migrations', { recursive: true, force: true });
await run('npx', ['drizzle-kit', 'generate', '--name', 'init'], { inherit: true });

/** Bundles agent and command once before tests or benchmarks: as they are released, and started in a quarter of the time. */
import { join } from 'node:path';
import { run } from '../../lib/host/run.ts';

/** What Vitest and Playwright call before everything else. */
export default async function bundle(): Promise<void> {
  await run(process.execPath, ['scripts/bundle.ts'], { cwd: join(import.meta.dirname, '../..') });
}

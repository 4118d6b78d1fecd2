import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, run } from '../host/run.ts';
import { type Check, type Counts, readCounts } from './checks.ts';

const CHECK_TIMEOUT_MS = 60 * 60_000;

export interface ChecksOutcome extends Counts {
  /** The check that failed; what came after it did not run. */
  failedCheck: string | null;
}

/** Runs the checks in order in `checkout`, their output on this terminal, and stops at the first that fails. */
export async function runChecks(
  list: readonly Check[],
  checkout: string,
  report: { begin(check: Check): void; end(check: Check, ms: number, passed: boolean): void },
): Promise<ChecksOutcome> {
  const total = { passed: 0, failed: 0 };
  for (const check of list) {
    const results =
      check.results === undefined ? null : { ...check.results, file: join(checkout, check.results.file) };
    if (results !== null) await rm(results.file, { force: true });
    report.begin(check);
    const startedAt = Date.now();
    const passed = await succeeds(check, checkout);
    report.end(check, Date.now() - startedAt, passed);
    const counts = results === null ? null : await readCounts(results.file, results.kind);
    total.passed += counts?.passed ?? 0;
    total.failed += counts?.failed ?? 0;
    // A check without counts, or a runner that broke down, is one failure.
    if (!passed) return { ...total, failed: Math.max(1, total.failed), failedCheck: check.title };
  }
  return { ...total, failedCheck: null };
}

async function succeeds({ command: [file, ...args], env }: Check, cwd: string): Promise<boolean> {
  try {
    const ours = {
      PATH: `${join(cwd, 'node_modules/.bin')}:${pathOfSystem()}`,
      NEXT_TELEMETRY_DISABLED: '1',
      ...env,
    };
    await run(file, args, { cwd, inherit: 'only', timeoutMs: CHECK_TIMEOUT_MS, env: ours });
    return true;
  } catch (error) {
    if (error instanceof CommandError && error.exitCode !== undefined) return false;
    throw error;
  }
}

/** The checks' own Node comes first, the system's directories after it. */
function pathOfSystem(): string {
  return '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
}

/** What a running process is, from /proc: enough to tell whether it is the one we would start now. */
import { readFile, readlink, realpath } from 'node:fs/promises';
import type { ServiceSpec } from './services.ts';

/** @returns why `pid` does not run `spec` as it is now, null when it does */
export async function mismatch(pid: number, spec: ServiceSpec): Promise<string | null> {
  try {
    const [cwd, wanted, environ] = await Promise.all([
      readlink(`/proc/${pid}/cwd`),
      realpath(spec.directory),
      readFile(`/proc/${pid}/environ`, 'utf8'),
    ]);
    if (cwd !== wanted) return 'runs an older release';
    const entries = new Set(environ.split('\0'));
    const changed = Object.entries(spec.env).find(([key, value]) => !entries.has(`${key}=${value}`));
    return changed === undefined ? null : `runs with another ${changed[0]}`;
  } catch (error) {
    if (isGone(error)) return 'does not run';
    throw error;
  }
}

/** The arguments of a process; empty when it is gone. */
export async function commandLineOf(pid: number): Promise<string[]> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** The number in a pid file, null when there is none. */
export async function readPid(file: string): Promise<number | null> {
  try {
    const pid = Number((await readFile(file, 'utf8')).trim());
    return Number.isInteger(pid) && pid > 1 ? pid : null;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');
}

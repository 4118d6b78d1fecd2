import { CommandError, isNotInstalled, run } from '../host/run.ts';

/** @returns what it prints; null where the program is not there, fails or does not answer in time */
export async function askProgram(file: string, args: readonly string[]): Promise<string | null> {
  try {
    return (await run(file, args, { timeoutMs: 3000 })).stdout;
  } catch (error) {
    if (error instanceof CommandError && (isNotInstalled(error) || error.exitCode !== undefined)) return null;
    if (error instanceof CommandError && error.timedOut) return null;
    throw error;
  }
}

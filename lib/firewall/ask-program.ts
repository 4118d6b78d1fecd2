import { CommandError, isNotInstalled, run } from '../host/run.ts';

/**
 * @returns what it prints; null where the program is not there or fails
 * @throws CommandError when it does not answer in time: what is not known must not be taken for absent
 */
export async function askProgram(file: string, args: readonly string[]): Promise<string | null> {
  try {
    return (await run(file, args, { timeoutMs: 30_000 })).stdout;
  } catch (error) {
    if (error instanceof CommandError && (isNotInstalled(error) || error.exitCode !== undefined)) return null;
    throw error;
  }
}

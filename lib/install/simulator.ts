import { run } from '../host/run.ts';

/**
 * Makes the stand-in images in a checkout, in a process of their own: the simulator is a tool, not a part of this
 * program. @param say one line when it is done
 */
export async function buildSimulator(checkout: string, say: (line: string) => void): Promise<void> {
  const { stdout } = await run(process.execPath, ['simulator/build.ts'], {
    cwd: checkout,
    timeoutMs: 300_000,
  });
  say(stdout.trim().split('\n').at(-1) ?? 'done');
}

/**
 * Does the tuning help? The session load test before and after it, on the same machine in one run. The kernel is put back
 * as it was, whatever happens.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { run } from '../lib/host/run.ts';
import { revertTuning } from '../lib/tuning/revert.ts';
import { applyTuning } from '../lib/tuning/tune.ts';
import { say } from './fleet.ts';
import { readNumbers } from './options.ts';
import { sessions } from './sessions.ts';

export async function tuning(words: readonly string[]): Promise<Record<string, unknown>> {
  const { numbers } = readNumbers(words, { sessions: { fallback: 140_000, min: 1, max: 400_000 } }, []);
  const load = ['--sessions', String(numbers.sessions)];
  const root = await mkdtemp(join(tmpdir(), 'bench-tuning-'));
  // The files for the next start are of no use here and stay out of /etc.
  const place = {
    procSys: '/proc/sys',
    etcDir: join(root, 'etc'),
    runDir: join(root, 'run'),
    recordPath: join(root, 'state/tuning.json'),
  };
  const wanted = {
    sessions: numbers.sessions,
    stations: Math.ceil(numbers.sessions / 1000),
    ports: [31_443, 31_566],
    memoryBytes: totalmem(),
  };
  try {
    await forgetConnections();
    say('Before:');
    const before = await tried(load);
    await forgetConnections();
    const outcomes = await applyTuning(place, wanted, Date.now());
    const set = outcomes.filter(({ outcome }) => outcome === 'applied');
    say(`Tuned: ${set.length} parameters set. After:`);
    const after = await tried(load);
    return { sessions: numbers.sessions, set: set.length, before, after };
  } finally {
    await revertTuning(place);
    await rm(root, { recursive: true, force: true });
  }
}

/** Closed connections of the first run would fill the table of the second. */
async function forgetConnections(): Promise<void> {
  await run('conntrack', ['-F']);
}

/** An untuned kernel can drop so much that the test itself cannot go on: that is a result too. */
async function tried(load: readonly string[]): Promise<Record<string, unknown>> {
  try {
    return figures(await sessions(load));
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    say(`It could not be finished: ${failed}`);
    return { failed };
  }
}

function figures({ refused, lost, perSecond, connect, echo, cost }: Record<string, unknown>) {
  const { conntrack, conntrackMax } = cost as { conntrack: number; conntrackMax: number };
  return { refused, lost, perSecond, connect, echo, conntrack, conntrackMax };
}

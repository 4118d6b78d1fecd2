/**
 * Does the tuning help? The session load test without it, with each group of its parameters alone, with all of them, and
 * without it once more, on the same machine in one run: where two runs without it differ, so may the others. The kernel is
 * put back as it was after each, whatever happens.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { run } from '../lib/host/run.ts';
import {
  PARAMETER_GROUPS,
  type ParameterGroup,
  parametersFor,
  type Wanted,
} from '../lib/tuning/catalogue.ts';
import type { TuningPlace } from '../lib/tuning/place.ts';
import { revertTuning } from '../lib/tuning/revert.ts';
import { applyTuning } from '../lib/tuning/tune.ts';
import { say } from './fleet.ts';
import { readNumbers } from './options.ts';
import { sessions } from './sessions.ts';
import { type Run, verdict } from './verdict.ts';

export async function tuning(words: readonly string[]): Promise<Record<string, unknown>> {
  const { numbers, flags } = readNumbers(words, { sessions: { fallback: 140_000, min: 1, max: 400_000 } }, [
    'whole',
  ]);
  const load = ['--sessions', String(numbers.sessions)];
  const root = await mkdtemp(join(tmpdir(), 'bench-tuning-'));
  // The files for the next start are of no use here and stay out of /etc.
  const place: TuningPlace = {
    procSys: '/proc/sys',
    etcDir: join(root, 'etc'),
    runDir: join(root, 'run'),
    recordPath: join(root, 'state/tuning.json'),
  };
  const wanted: Wanted = {
    sessions: numbers.sessions,
    stations: Math.ceil(numbers.sessions / 1000),
    ports: [31_443, 31_566],
    memoryBytes: totalmem(),
    cores: availableParallelism(),
  };
  // `--whole` leaves the groups out: three runs instead of eight.
  const names = flags.has('whole') ? [] : (Object.keys(PARAMETER_GROUPS) as ParameterGroup[]);
  try {
    const before = await measured('Without the tuning', load);
    const groups: Record<string, unknown> = {};
    for (const group of names) groups[group] = await withParameters(place, wanted, load, before, group);
    const all = await withParameters(place, wanted, load, before, null);
    const again = await measured('Without it once more', load);
    const noise = verdict(before.run, again.run);
    say(`Two runs without it: ${noise}`);
    return { sessions: numbers.sessions, before: before.figures, groups, all, again: again.figures, noise };
  } finally {
    await revertTuning(place);
    await rm(root, { recursive: true, force: true });
  }
}

interface Measured {
  run: Run;
  figures: Record<string, unknown>;
}

/** @param group only its parameters; null is all */
async function withParameters(
  place: TuningPlace,
  wanted: Wanted,
  load: readonly string[],
  before: Measured,
  group: ParameterGroup | null,
): Promise<Record<string, unknown>> {
  const what = group === null ? 'all of it' : PARAMETER_GROUPS[group];
  const parameters = parametersFor(wanted).filter((one) => group === null || one.group === group);
  try {
    const outcomes = await applyTuning(place, wanted, Date.now(), parameters);
    const set = outcomes.filter(({ outcome }) => outcome === 'applied').map(({ key }) => key);
    if (set.length === 0) {
      say(`Tuned ${what}: nothing to set, this host has it already or cannot have it.`);
      return { set, verdict: 'was not tried: nothing to set here' };
    }
    const after = await measured(`Tuned ${what}: ${set.length} set`, load);
    const words = verdict(before.run, after.run);
    say(`${what}: ${words}`);
    return { set, ...after.figures, verdict: words };
  } finally {
    await revertTuning(place);
  }
}

/** An untuned kernel can drop so much that the test itself cannot go on: that is a result too. */
async function measured(what: string, load: readonly string[]): Promise<Measured> {
  say(`${what}:`);
  // Closed connections of the run before would fill the table of this one.
  await run('conntrack', ['-F']);
  try {
    return read(await sessions(load));
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    say(`It could not be finished: ${failed}`);
    const none = { reached: 0, alive: 0, perSecond: 0, connectP99: 0, echoP99: 0 };
    return { run: { failed, ...none }, figures: { failed } };
  }
}

type Result = Awaited<ReturnType<typeof sessions>>;

function read({ reached, refused, lost, perSecond, connect, echo, cost }: Result): Measured {
  const { conntrack, conntrackMax } = cost as { conntrack: number; conntrackMax: number };
  const p99 = (of: unknown) => (of as { p99: number }).p99;
  return {
    run: {
      reached: Number(reached),
      alive: Number(reached) - Number(lost),
      perSecond: Number(perSecond),
      connectP99: p99(connect),
      echoP99: p99(echo),
    },
    figures: { reached, refused, lost, perSecond, connect, echo, conntrack, conntrackMax },
  };
}

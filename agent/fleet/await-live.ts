/** Waits until stations that were started say they are live, for a while: a slow network must not hold up a job. */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../lib/contract/errors.ts';
import { nameList } from '../../lib/fleet/apply.ts';
import { plural } from '../../lib/format/count.ts';
import type { StationHealth } from './rotation.ts';
import type { StationRuntime } from './service.ts';

export interface AwaitLiveOptions {
  stations: readonly number[];
  /** Those of them that were live before: one at least must be again, or what follows would end the others too. */
  served: readonly number[];
  /** The stations as the engine has them now. */
  runtimes: () => readonly StationRuntime[];
  healthOf: (runtime: StationRuntime) => StationHealth;
  /** Asks the stations again soon. */
  hurry: () => void;
  now: () => number;
  signal: AbortSignal;
  say: (text: string) => void;
  /** How long those that did not serve before are waited for. */
  patienceMs?: number;
}

const PATIENCE_MS = 15_000;
/** For the first of those that served. */
const FIRST_PATIENCE_MS = 60_000;
const EVERY_MS = 250;
/** What ended this often since it was made does not come up by waiting. */
const HOPELESS_RESTARTS = 4;
/** An image without metrics cannot say that it is live: running on for this long stands for it. */
const PROOF_MS = 3000;

/** The stations that served before are not back: a roll stops here. */
export class NotBackError extends AppError {
  readonly stations: readonly number[];

  constructor(served: readonly StationRuntime[]) {
    const names = nameList(served.map(({ name }) => name));
    const text = served.length === 1 ? `${names} is not live` : `None of ${names} is live`;
    super('job_failed', {
      message: `${text} again after the change, so it was stopped there: the stations that were to follow are left as they are.`,
      remedy: `See why: sudo conduit logs ${served[0]?.index}. Then put the settings right, or back, and apply them again.`,
    });
    this.stations = served.map(({ index }) => index);
  }
}

/**
 * @returns those that are not live yet; they join the balancer by themselves when they are
 * @throws NotBackError when of those that served not one is live again
 */
export async function awaitLive(options: AwaitLiveOptions): Promise<number[]> {
  const { stations, served, runtimes, hurry, signal, say } = options;
  const started = performance.now();
  for (;;) {
    const found = runtimes().filter(({ index }) => stations.includes(index));
    const before = found.filter(({ index }) => served.includes(index));
    const isBack = before.length === 0 || before.some((runtime) => isProvedLive(runtime, options));
    const late = found.filter((runtime) => runtime.engineState === 'running' && !isLive(runtime, options));
    // Those that ended meanwhile are not waited for, unless nobody else is there.
    const waiting = isBack ? late : before.filter(mayComeUp);
    const patienceMs = isBack ? (options.patienceMs ?? PATIENCE_MS) : FIRST_PATIENCE_MS;
    if (waiting.length === 0 || performance.now() - started >= patienceMs) {
      if (!isBack) throw new NotBackError(before);
      return late.map(({ index }) => index);
    }
    say(`Waiting until ${plural(waiting.length, 'station')} ${waiting.length === 1 ? 'is' : 'are'} live.`);
    hurry();
    await delay(EVERY_MS, undefined, { signal });
  }
}

export function isLive(runtime: StationRuntime, { healthOf }: Pick<AwaitLiveOptions, 'healthOf'>): boolean {
  return runtime.engineState === 'running' && healthOf(runtime).health === 'well';
}

function isProvedLive(runtime: StationRuntime, options: AwaitLiveOptions): boolean {
  const { metricsEndpoint, startedAtMs } = runtime;
  const proved = metricsEndpoint !== null || options.now() - (startedAtMs ?? options.now()) >= PROOF_MS;
  return proved && isLive(runtime, options);
}

function mayComeUp({ engineState, restarts }: StationRuntime): boolean {
  return (engineState === 'running' || engineState === 'restarting') && restarts < HOPELESS_RESTARTS;
}

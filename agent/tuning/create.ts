/** The tuning in the agent: knows what the fleet and the balancer want of the kernel, and lets one change happen at a time. */
import { availableParallelism, totalmem } from 'node:os';
import { reachablePorts } from '../../lib/balancer/listeners.ts';
import type { TuningOutcome, TuningReport, TuningResult } from '../../lib/contract/tuning.ts';
import { stationPortsOf } from '../../lib/fleet/station-spec.ts';
import { plural } from '../../lib/format/count.ts';
import type { Wanted } from '../../lib/tuning/catalogue.ts';
import type { TuningPlace } from '../../lib/tuning/place.ts';
import { tuningRecordPath } from '../../lib/tuning/record.ts';
import { type Resumed, resumeTuning } from '../../lib/tuning/resume.ts';
import { revertTuning } from '../../lib/tuning/revert.ts';
import { applyTuning, readTuning } from '../../lib/tuning/tune.ts';
import type { BalancerService } from '../balancer/service.ts';
import type { CoreDeps } from '../deps.ts';
import type { FleetService } from '../fleet/service.ts';

export interface TuningService {
  /** Once, when the agent starts: goes on with what was interrupted, sets again what the host’s start lost. Never fails. */
  start(): Promise<void>;
  report(): Promise<TuningReport>;
  apply(actor: string): Promise<TuningResult>;
  revert(actor: string): Promise<TuningResult>;
}

export function createTuningService({
  env,
  paths,
  activity,
  log,
  now,
  fleet,
  balancer,
}: CoreDeps & { fleet: FleetService; balancer: BalancerService }): TuningService {
  const place: TuningPlace = {
    procSys: env.procSys,
    etcDir: env.etcDir,
    runDir: '/run',
    recordPath: tuningRecordPath(paths.stateDir),
  };
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  function wanted(): Wanted {
    const { settings } = fleet.desired();
    return {
      sessions: balancer.settings().targetSessions,
      stations: settings.count,
      ports: [...reachablePorts(balancer.settings()), ...stationPortsOf(settings), env.panelPort],
      memoryBytes: totalmem(),
      cores: availableParallelism(),
    };
  }

  async function change(
    action: string,
    actor: string,
    work: () => Promise<TuningOutcome[]>,
    words: (outcomes: TuningOutcome[]) => string,
  ): Promise<TuningResult> {
    try {
      const outcomes = await work();
      activity.record({ actor, action, summary: words(outcomes), outcome: 'ok' });
      return { outcomes, report: await readTuning(place, wanted()) };
    } catch (error) {
      activity.record({ actor, action, summary: 'The kernel was not changed', outcome: 'failed' });
      throw error;
    }
  }

  async function resume(): Promise<void> {
    const { what, outcomes } = await resumeTuning(place, wanted(), now());
    if (what === 'nothing') return;
    for (const { key, note } of outcomes.filter(({ outcome }) => outcome === 'impossible'))
      log.warn({ key, note }, 'a kernel parameter could not be set');
    const summary = `Kernel parameters: ${RESUMED[what](outcomes)}`;
    activity.record({ actor: 'agent', action: 'tuning.resume', summary, outcome: 'ok' });
  }

  return {
    start: () =>
      inTurn(resume).catch((err: unknown) => {
        log.error({ err }, 'the kernel parameters could not be looked after');
      }),
    report: () => inTurn(() => readTuning(place, wanted())),
    apply: (actor) =>
      inTurn(() =>
        change(
          'tuning.apply',
          actor,
          () => applyTuning(place, wanted(), now()),
          (outcomes) => `Kernel parameters: ${plural(count(outcomes, 'applied'), 'value')} set`,
        ),
      ),
    revert: (actor) =>
      inTurn(() =>
        change(
          'tuning.revert',
          actor,
          () => revertTuning(place),
          (outcomes) => `Kernel parameters: ${plural(count(outcomes, 'restored'), 'value')} put back`,
        ),
      ),
  };
}

const RESUMED = {
  apply: (outcomes) => `went on with the last change, ${plural(count(outcomes, 'applied'), 'value')} set`,
  revert: (outcomes) =>
    `went on with the last revert, ${plural(count(outcomes, 'restored'), 'value')} put back`,
  'lost at the start': (outcomes) =>
    `${plural(count(outcomes, 'applied'), 'value')} set again, lost when the server started`,
} satisfies Record<Exclude<Resumed['what'], 'nothing'>, (outcomes: readonly TuningOutcome[]) => string>;

function count(outcomes: readonly TuningOutcome[], outcome: TuningOutcome['outcome']): number {
  return outcomes.filter((one) => one.outcome === outcome).length;
}

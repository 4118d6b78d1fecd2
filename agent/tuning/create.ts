/** The tuning in the agent: knows what the fleet and the balancer want of the kernel, and lets one change happen at a time. */
import { totalmem } from 'node:os';
import { reachablePorts } from '../../lib/balancer/listeners.ts';
import type { TuningOutcome, TuningReport, TuningResult } from '../../lib/contract/tuning.ts';
import { stationPortsOf } from '../../lib/fleet/station-spec.ts';
import { plural } from '../../lib/format/count.ts';
import type { Wanted } from '../../lib/tuning/catalogue.ts';
import { tuningRecordPath } from '../../lib/tuning/record.ts';
import { applyTuning, readTuning, revertTuning, type TuningPlace } from '../../lib/tuning/tune.ts';
import type { BalancerService } from '../balancer/service.ts';
import type { CoreDeps } from '../deps.ts';
import type { FleetService } from '../fleet/service.ts';

export interface TuningService {
  report(): Promise<TuningReport>;
  apply(actor: string): Promise<TuningResult>;
  revert(actor: string): Promise<TuningResult>;
}

export function createTuningService({
  env,
  paths,
  activity,
  now,
  fleet,
  balancer,
}: CoreDeps & { fleet: FleetService; balancer: BalancerService }): TuningService {
  const place: TuningPlace = {
    procSys: env.procSys,
    etcDir: env.etcDir,
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

  return {
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

function count(outcomes: readonly TuningOutcome[], outcome: TuningOutcome['outcome']): number {
  return outcomes.filter((one) => one.outcome === outcome).length;
}

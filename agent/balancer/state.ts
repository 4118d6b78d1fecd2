/** The balancer in the snapshot: whether it runs, with how many stations, and what it says about that. Pure. */
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import type { BalancerState } from '../../lib/contract/snapshot.ts';
import type { Keeper } from './keeper.ts';

export interface StateFacts {
  keeper: Pick<Keeper, 'state' | 'failure' | 'ports' | 'oldWorkers'>;
  held: boolean;
  engine: BalancerSettings['engine'];
  /** Stations it leads to. */
  backends: number;
  /** The fleet has no station for it. */
  isEmpty: boolean;
}

export function balancerState({ keeper, held, engine, backends, isEmpty }: StateFacts): BalancerState {
  const running = keeper.state === 'running';
  return {
    state: running && held ? 'held' : keeper.state,
    engine,
    message: keeper.failure?.message ?? (running && !held && isEmpty ? NO_STATION : null),
    backends,
    ports: keeper.ports,
    oldWorkers: {
      workers: keeper.oldWorkers.length,
      sessions: keeper.oldWorkers.reduce((sum, one) => sum + one.sessions, 0),
    },
  };
}

const NO_STATION = 'No station is ready, so nothing listens and clients are refused.';

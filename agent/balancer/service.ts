/** The balancer as the agent keeps it: one configuration of ours, tested before it is swapped in, watched while it runs. */
import type { Backend } from '../../lib/balancer/render.ts';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import type { BalancerState, Problem } from '../../lib/contract/snapshot.ts';
import type { CoreDeps } from '../deps.ts';

export type { Backend };

export interface BalancerService {
  settings(): BalancerSettings;
  /** Saves and applies; on failure the old settings and configuration stay. @throws AppError */
  configure(change: Partial<BalancerSettings>, actor: string): Promise<BalancerDetail>;
  /**
   * Makes nginx run with exactly these backends; an unchanged configuration is not reloaded. Queued calls merge:
   * each caller gets the outcome of a run that includes its own backends.
   * @throws AppError balancer_rejected (old file stays), port_in_use, host_unsupported
   */
  sync(backends: Backend[]): Promise<{ changed: boolean }>;
  /** Stops nginx if it is ours; the configuration stays. */
  stop(): Promise<void>;
  state(): BalancerState;
  problems(): Problem[];
  detail(): Promise<BalancerDetail>;
  /** Begins watching (nginx gone → started again). */
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface BalancerServiceOptions extends CoreDeps {
  /** Folder of nginx.conf's template; by default `templates` beside `db`. */
  templatesDir?: string;
  /** Ports of the stations, where they are not 443 and 5566. */
  stationPorts?: { primary: number; secondary: number };
}

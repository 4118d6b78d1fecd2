/** The balancer as the agent keeps it: one configuration of ours, tested before it is swapped in, watched while it runs. */
import type { Backend } from '../../lib/balancer/render.ts';
import type { BalancerDetail, BalancerTraffic } from '../../lib/contract/balancer.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import type { BalancerState, Problem } from '../../lib/contract/snapshot.ts';
import type { CoreDeps } from '../deps.ts';
import type { TrafficStation } from './traffic.ts';

export type { Backend };

/** Whom clients are led to, and who left to end its sessions in peace. */
export interface Members {
  backends: Backend[];
  draining: ReadonlySet<number>;
}

export interface BalancerService {
  settings(): BalancerSettings;
  /** Saves and applies; on failure the old settings and configuration stay. @throws AppError */
  configure(change: Partial<BalancerSettings>, actor: string): Promise<BalancerDetail>;
  /**
   * Makes nginx run with exactly these backends; an unchanged configuration is not reloaded. Queued calls merge:
   * each caller gets the outcome of a run that includes its own backends.
   * @param draining stations that left to end their sessions in peace; clients of others that left are led away
   * @throws AppError balancer_rejected (old file stays), port_in_use, host_unsupported
   */
  sync(backends: Backend[], draining?: ReadonlySet<number>): Promise<{ changed: boolean }>;
  /** Writes the wanted configuration again and lets go of a restored one. @throws AppError conflict while it is off */
  apply(actor: string): Promise<BalancerDetail>;
  /** Whether nginx would take the wanted configuration; nothing changes. */
  test(): Promise<{ ok: boolean; message: string }>;
  /** nginx reads its file again, whoever wrote it. @throws AppError conflict, balancer_rejected */
  reload(actor: string): Promise<BalancerDetail>;
  /** Makes an earlier configuration live and holds it until `apply`. @throws AppError not_found, conflict, balancer_rejected */
  restore(id: string, actor: string): Promise<BalancerDetail>;
  backup(id: string): Promise<{ id: string; text: string }>;
  /** Sites of the operator's own nginx that are served now, and are not once the fleet is balanced. */
  displaces(): Promise<string[]>;
  /** Stations the live configuration sends clients to. */
  liveBackends(): Backend[];
  /** The station's container has ended. */
  stationEnded(address: string): Promise<void>;
  /**
   * Sessions through the balancer that go on when their station gets no new ones, by station. With nginx those are TCP's:
   * after a reload its old workers have no socket any more to answer a UDP client from.
   */
  sessionsThatStay(): Promise<Map<number, number>>;
  traffic(): Promise<BalancerTraffic>;
  /** Stops nginx if it is ours; the configuration stays. */
  stop(): Promise<void>;
  /** Sets of nginx workers that only finish old sessions: each reload may leave one behind. */
  oldGenerations(): number;
  state(): BalancerState;
  problems(): Problem[];
  detail(): Promise<BalancerDetail>;
  /** Begins watching (nginx gone → started again). */
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface BalancerServiceOptions extends CoreDeps {
  /** The stations that have an address, as the fleet and their own reports say now. */
  trafficStations?: () => TrafficStation[];
  /** Folder of nginx.conf's template; by default `templates` beside `db`. */
  templatesDir?: string;
  /** Ports of the stations, where they are not 443 and 5566. */
  stationPorts?: { primary: number; secondary: number };
}

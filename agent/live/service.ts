/** Sampling: one immutable snapshot a tick, handed to every open page and to history. */
import type { HistorySeries } from '../../lib/contract/history.ts';
import type { Parsed } from '../../lib/contract/operations.ts';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import type { BalancerService } from '../balancer/service.ts';
import type { CoreDeps } from '../deps.ts';
import type { StationHealth } from '../fleet/rotation.ts';
import type { FleetService, StationRuntime } from '../fleet/service.ts';

export interface LiveService {
  /** The newest snapshot; makes the first one when there is none yet. */
  current(): Promise<Snapshot>;
  /** Clients connected to a station in the newest snapshot; 0 when unknown. */
  connectedOf(station: number): number;
  /** Whether a station may have clients, by its own word. */
  healthOf(runtime: StationRuntime): StationHealth;
  /** Bytes both ways since the station's start, by its own count; null when it reports none. */
  reportedBytesOf(station: number): number | null;
  /** Samples again soon. */
  hurry(): void;
  /** Every snapshot from now on, the newest first; a slow reader skips, never queues. */
  watch(signal: AbortSignal): AsyncIterable<Snapshot>;
  history(query: Parsed<'history.query'>): HistorySeries;
  start(): void;
  stop(): Promise<void>;
}

export interface LiveServiceOptions extends CoreDeps {
  fleet: FleetService;
  balancer: BalancerService;
}

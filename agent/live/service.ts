/** Sampling: one immutable snapshot a tick, handed to every open page and to history. */
import type { HistoryState } from '../../lib/contract/history.ts';
import type { Problem, Snapshot } from '../../lib/contract/snapshot.ts';
import type { BalancerService } from '../balancer/service.ts';
import type { CoreDeps } from '../deps.ts';
import type { StationHealth } from '../fleet/rotation.ts';
import type { FleetService, StationRuntime } from '../fleet/service.ts';
import type { TrackerWindow } from '../tracker/service.ts';
import type { Past } from './past.ts';

export interface LiveService {
  /** The newest snapshot; makes the first one when there is none yet. */
  current(): Promise<Snapshot>;
  /** Clients connected to a station in the newest snapshot; 0 when unknown. */
  connectedOf(station: number): number;
  /** Whether a station may have clients, by its own word. */
  healthOf(runtime: StationRuntime): StationHealth;
  /** Bytes both ways since the station's start, by its own count; null when it reports none. */
  reportedBytesOf(station: number): number | null;
  /** Asks every station now: what those that are about to stop have moved is counted. */
  takeStock(): Promise<void>;
  /** Samples again soon. */
  hurry(): void;
  /** Every snapshot from now on, the newest first; a slow reader skips, never queues. */
  watch(signal: AbortSignal): AsyncIterable<Snapshot>;
  past: Past;
  /** Stations that run, and those of them whose image tells countries apart. */
  reportsCountries(): { running: number; reporting: number };
  /** Whose figures on countries are in the record. */
  recordedSources(): { stations: boolean; tracker: boolean };
  observeTracker(window: TrackerWindow): void;
  /** When this server began to count, seconds since the epoch; null on a new one. */
  countedSince(): number | null;
  /** Another's history was put before this moment, seconds since the epoch. */
  historyJoined(before: number): void;
  /** What the record holds; `oldest` in seconds since the epoch. */
  historyState(): Pick<HistoryState, 'databaseBytes' | 'tiers' | 'oldest' | 'problem'>;
  start(): void;
  stop(): Promise<void>;
}

export interface LiveServiceOptions extends CoreDeps {
  fleet: FleetService;
  balancer: BalancerService;
  otherProblems: () => Problem[];
  /** Countries with fewer users are not named. */
  foldBelow: () => number;
}

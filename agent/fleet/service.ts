/** The fleet as the agent keeps it: desired state in the database, actual state from the engine, one job at a time. */
import type {
  DesiredFleet,
  FleetChange,
  FleetPlan,
  LogLine,
  StationDetail,
  Stranger,
} from '../../lib/contract/fleet.ts';
import type { Job } from '../../lib/contract/jobs.ts';
import type { Problem } from '../../lib/contract/snapshot.ts';
import type { Hung } from '../../lib/fleet/hang-policy.ts';
import type { ImageFacts } from '../../lib/fleet/station-spec.ts';
import type { BalancerService } from '../balancer/service.ts';
import type { CoreDeps } from '../deps.ts';
import type { JobHandle } from '../jobs/runner.ts';
import type { FleetJobRequest } from './fleet-jobs.ts';
import type { FleetHands } from './hands.ts';
import type { Membership, StationHealth } from './rotation.ts';

/** What the sampler needs to know of one station; kept current by the engine's events, costs nothing to read. */
export interface StationRuntime {
  index: number;
  name: string;
  containerId: string | null;
  /** Main process in the host's pid namespace; null when not running. */
  pid: number | null;
  engineState: 'running' | 'restarting' | 'exited' | 'created' | 'paused' | 'dead' | 'missing';
  exitCode: number | null;
  startedAtMs: number | null;
  restarts: number;
  /** Address on the fleet's bridge; null in host mode. */
  address: string | null;
  loopbackPort: number | null;
  /** `host:port` of the station's own metrics, or null when the image has none. */
  metricsEndpoint: string | null;
  /** Directory of the station's volume on the host, for stats.json; null when it cannot be read. */
  dataDir: string | null;
  dialect: string | null;
  maxClients: number;
  bandwidthMbps: number;
  hasOverride: boolean;
  wanted: boolean;
  stoppedByOperator: boolean;
  /** Why this station may not be started (key alarm, stranger), for people. */
  blockedReason: string | null;
}

export interface KeyVolume {
  station: number | null;
  volume: string;
  directory: string;
}

export interface FleetService {
  desired(): DesiredFleet;
  strangers(): Stranger[];
  /** Every station that is wanted or exists, by index; from memory. */
  runtimes(): StationRuntime[];
  engine(): { state: 'up' | 'down'; message: string | null };
  /** What is wrong with the fleet beyond the state of one station; from memory. */
  problems(): Problem[];
  /** Whether the balancer sends each station clients, and why not. */
  memberships(): Map<number, Membership>;
  /** What stations say of themselves changed: the balancer follows, at once where one fell silent. */
  healthChanged(urgent: boolean): void;
  /** Who does not answer, of how many that run; told after each sample. */
  noteHung(hung: readonly Hung[], running: number): void;
  plan(change: FleetChange): Promise<FleetPlan>;
  /**
   * Saves the change as desired state and starts (or queues) the job that moves the fleet there. Stations that stop
   * drain first, for as long as the balancer's settings say or `drainSeconds`.
   */
  apply(change: FleetChange, actor: string, drainSeconds?: number): Promise<Job>;
  setStopped(stations: number[], stopped: boolean, actor: string, drainSeconds?: number): Promise<Job>;
  restart(stations: number[], actor: string, drainSeconds?: number): Promise<Job>;
  /** Forgets which keys these stations had, after the operator gave them up; they may start then. */
  forgetKeys(stations: number[], actor: string): Promise<void>;
  /** Reads the key in every volume now. */
  checkKeys(): Promise<{ checked: number; alarms: ReadonlyMap<number, string> }>;
  /** Every volume of a station, used or left over, with its directory on this host; one left over may be nobody's. */
  keyVolumes(): Promise<KeyVolume[]>;
  /** The key that lies in a station's volume now is the one it is to have. */
  acceptKey(station: number): Promise<void>;
  /** Station on each volume of the ledger; null where it is nobody's. */
  stationOn(volume: string): number | null;
  takeDown(actor: string): Promise<Job>;
  /** A job whose work says step by step what is wanted; nothing else changes the fleet meanwhile. */
  transform(request: FleetJobRequest, work: (job: JobHandle, hands: FleetHands) => Promise<void>): Job;
  /** What stations are made from; null when it is not on this machine. @throws AppError image_unavailable when it is no station's */
  image(): Promise<ImageFacts | null>;
  /** What a name leads to on this machine now. @throws AppError image_unavailable when it is no station's */
  imageNamed(reference: string): Promise<ImageFacts | null>;
  detail(station: number): Promise<StationDetail>;
  logs(
    station: number,
    options: { tail: number; follow: boolean; signal: AbortSignal },
  ): AsyncIterable<LogLine>;
  /** Reads the engine, goes on with what a crash interrupted, and follows the engine's events until stopped. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface FleetServiceOptions extends CoreDeps {
  balancer: BalancerService;
  /** Clients connected to a station now, for "about N people are disconnected". */
  connectedOf: (station: number) => number;
  /** What a station said of itself since this start of it. */
  healthOf: (runtime: StationRuntime) => StationHealth;
  /** Asks the stations what they have moved, before some of them stop and can no longer be asked. */
  takeStock: () => Promise<void>;
  /** Asks the stations again soon. */
  hurry: () => void;
  /** While stations move over from an older manager, its own balancer, if any, goes on serving them all. */
  balancerWaits?: () => boolean;
}

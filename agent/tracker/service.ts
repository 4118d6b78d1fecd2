/** The tracker as the rest of the agent sees it: totals of countries, window by window, never an address. */
import type { TrackerState } from '../../lib/contract/countries.ts';
import type { TrackerSettings } from '../../lib/contract/settings.ts';
import type { Problem } from '../../lib/contract/snapshot.ts';
import type { CoreDeps } from '../deps.ts';

/** What passed in one window; both ends lie on multiples of ten seconds, and windows do not overlap. */
export interface TrackerWindow {
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
  countries: TrackedCountry[];
}

export interface TrackedCountry {
  /** See `countryCodeSchema`; never `other`. */
  code: string;
  /** Bytes of IP packets, client → here and here → client. */
  uploadedBytes: number;
  downloadedBytes: number;
  /** Different client addresses within the window. */
  active: number;
  /** Different clients since midnight UTC, estimated. */
  clientsToday: number;
}

export interface TrackerService {
  state(): TrackerState;
  /** Saves and follows; on failure the old settings stay. @throws AppError invalid_input naming the field */
  configure(change: Partial<TrackerSettings>, actor: string): Promise<TrackerState>;
  settings(): TrackerSettings;
  /** The newest window; null before the first, and while it is off. */
  latest(): TrackerWindow | null;
  problems(): Problem[];
  start(): Promise<void>;
  /** Ends the capture and takes what it left in the kernel away. */
  close(): Promise<void>;
}

export interface TrackerServiceOptions extends CoreDeps {
  /** The ports clients reach now. */
  balancerPorts: () => readonly number[];
  onWindow: (window: TrackerWindow) => void;
}

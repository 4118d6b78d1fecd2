/** What the agent and the thread that knows addresses say to each other; no address is in any of it. */
import type { TrackerSettings } from '../contract/settings.ts';
import type { CountryTotal } from './window.ts';

export interface Follow {
  type: 'follow';
  /** Counts up; a report tells the last one that was carried out. */
  order: number;
  settings: TrackerSettings;
  ports: number[];
}
export type ToWorker = Follow | { type: 'close' };

export interface Report {
  /** What is told holds for this order and those before it; 0 before the first. */
  order: number;
  state: 'off' | 'starting' | 'running' | 'waiting';
  message: string | null;
  interface: string | null;
  since: number | null;
  restarts: number;
  geo: { name: string | null; builtAt: number | null; path: string; error: string | null };
}

export interface WindowReport {
  /** Milliseconds since the epoch, multiples of ten seconds. */
  from: number;
  to: number;
  countries: CountryTotal[];
  packets: number;
  dropped: number;
  cpuMs: number;
}

export type FromWorker =
  | { type: 'report'; report: Report }
  | { type: 'window'; window: WindowReport }
  | { type: 'closed' };

export interface WorkerInput {
  prefix: string;
  /** Of the kernel's counters. */
  longestWindowMs: number;
  builtInGeoPath: string;
}

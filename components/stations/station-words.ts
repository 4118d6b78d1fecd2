import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleMinus,
  CircleX,
  KeyRound,
  type LucideIcon,
  RefreshCw,
} from 'lucide-react';
import type { StationSnapshot, StationStateName } from '../../lib/contract/snapshot.ts';
import type { Tone } from '../ui/badge.tsx';

/** How each state of a station is named and drawn, once. */
export const STATION_STATES: Record<StationStateName, { label: string; tone: Tone; icon: LucideIcon }> = {
  running: { label: 'Running', tone: 'ok', icon: CircleCheck },
  starting: { label: 'Starting', tone: 'accent', icon: CircleDashed },
  unresponsive: { label: 'No answer', tone: 'warn', icon: CircleAlert },
  restarting: { label: 'Restarting', tone: 'warn', icon: RefreshCw },
  stopped: { label: 'Stopped', tone: 'neutral', icon: CircleMinus },
  exited: { label: 'Exited', tone: 'critical', icon: CircleX },
  missing: { label: 'Missing', tone: 'critical', icon: CircleX },
  blocked: { label: 'Held back', tone: 'critical', icon: KeyRound },
  extra: { label: 'Leaving', tone: 'neutral', icon: CircleMinus },
};

/**
 * What the balancer has to do with a station, in a few words; empty where that is as it should be or says nothing.
 * A station that does not listen on 443 and 5566 is no less healthy for it.
 */
export function balancerWords({ rotation, ingress, state }: StationSnapshot): string {
  if (rotation === 'draining') return 'draining';
  if (rotation === 'out') return state === 'running' ? 'not in the balancer' : '';
  if (ingress === 'closed') return 'not on 443/5566';
  return ingress === 'partial' ? 'on one port only' : 'in the balancer';
}

export type SortKey =
  | 'index'
  | 'state'
  | 'connected'
  | 'traffic'
  | 'cpu'
  | 'memory'
  | 'startedAt'
  | 'restarts';

export interface StationView {
  search: string;
  /** `all`, or a state. */
  state: string;
  sort: SortKey;
  descending: boolean;
}

const VALUES: Record<SortKey, (station: StationSnapshot) => number | string> = {
  index: (station) => station.index,
  state: (station) => STATION_STATES[station.state].label,
  connected: (station) => station.connected,
  traffic: (station) => station.uploadBps + station.downloadBps,
  cpu: (station) => station.cpuPercent ?? -1,
  memory: (station) => station.memoryBytes ?? -1,
  startedAt: (station) => station.startedAt ?? Number.MAX_SAFE_INTEGER,
  restarts: (station) => station.restarts,
};

/** The stations a table shows, in its order; equal ones stay in the order of their numbers. */
export function viewStations(stations: readonly StationSnapshot[], view: StationView): StationSnapshot[] {
  const search = view.search.trim().toLowerCase();
  const value = VALUES[view.sort];
  return stations
    .filter((station) => view.state === 'all' || station.state === view.state)
    .filter(
      (station) =>
        search === '' ||
        `${station.name} ${STATION_STATES[station.state].label} ${station.reason ?? ''}`
          .toLowerCase()
          .includes(search),
    )
    .toSorted((a, b) => compare(value(a), value(b)) * (view.descending ? -1 : 1) || a.index - b.index);
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How full a station is, 0 to 1. */
export function loadOf(station: StationSnapshot): number {
  return station.maxClients > 0 ? Math.min(1, station.connected / station.maxClients) : 0;
}

export interface Spread {
  min: number;
  mean: number;
  max: number;
}

/** Clients over the stations that run; null when none does. */
export function spreadOf(stations: readonly StationSnapshot[]): Spread | null {
  const counts = stations
    .filter((station) => station.state === 'running')
    .map((station) => station.connected);
  if (counts.length === 0) return null;
  return {
    min: Math.min(...counts),
    mean: counts.reduce((sum, count) => sum + count, 0) / counts.length,
    max: Math.max(...counts),
  };
}

/** Puts one snapshot together from what was sampled. Pure. */
import type { Snapshot, StationSnapshot } from '../../lib/contract/snapshot.ts';
import { countryKey, countryOf } from '../../lib/history/country-key.ts';
import type { Membership } from '../fleet/rotation.ts';
import { isAnswering, judgeStation, type StationVerdict } from './station-state.ts';
import type { StationTrack } from './station-track.ts';

export interface JudgedStation {
  track: StationTrack;
  verdict: StationVerdict;
  snapshot: StationSnapshot;
}

/** Everything of a snapshot that does not come from the stations. */
export type Surroundings = Pick<
  Snapshot,
  'at' | 'sampleMs' | 'host' | 'engine' | 'balancer' | 'problems' | 'activeJobId'
> & {
  wanted: number;
  /** Countries with fewer users are not named. */
  foldBelow: number;
};

export function judgeStations(
  tracks: readonly StationTrack[],
  nowMs: number,
  rotation: ReadonlyMap<number, Membership>,
): JudgedStation[] {
  return tracks.map((track) => {
    const verdict = judgeStation(track, nowMs);
    const membership = rotation.get(track.runtime.index)?.state ?? 'out';
    return { track, verdict, snapshot: toStationSnapshot(track, verdict, membership) };
  });
}

/**
 * Users, rates and countries count the stations that answer; what a station moved before it fell silent stays counted.
 */
export function assembleSnapshot(stations: readonly JudgedStation[], around: Surroundings): Snapshot {
  const { wanted, foldBelow, ...rest } = around;
  const stationList = stations.map(({ snapshot }) => snapshot);
  return {
    at: rest.at,
    sampleMs: rest.sampleMs,
    users: {
      connected: sumOf(stationList, 'connected'),
      connecting: sumOf(stationList, 'connecting'),
    },
    stations: { running: stationList.filter(({ state }) => state === 'running').length, wanted },
    traffic: {
      uploadBps: sumOf(stationList, 'uploadBps'),
      downloadBps: sumOf(stationList, 'downloadBps'),
      uploadedBytes: sumOf(stationList, 'uploadedBytes'),
      downloadedBytes: sumOf(stationList, 'downloadedBytes'),
    },
    countries: foldCountries(sumCountries(stations.map(({ track }) => track).filter(isAnswering)), foldBelow),
    host: rest.host,
    engine: rest.engine,
    balancer: rest.balancer,
    problems: rest.problems,
    activeJobId: rest.activeJobId,
    stationList,
  };
}

function toStationSnapshot(
  track: StationTrack,
  { state, reason }: StationVerdict,
  rotation: StationSnapshot['rotation'],
): StationSnapshot {
  const { runtime, reading, usage } = track;
  const answering = isAnswering(track);
  const now = answering ? reading : null;
  return {
    index: runtime.index,
    name: runtime.name,
    state,
    reason,
    address: runtime.address,
    loopbackPort: runtime.loopbackPort,
    connected: now?.connected ?? 0,
    connecting: now?.connecting ?? 0,
    announcing: now?.announcing ?? null,
    live: now?.live ?? null,
    uploadBps: answering ? Math.round(track.uploaded.perSecond()) : 0,
    downloadBps: answering ? Math.round(track.downloaded.perSecond()) : 0,
    uploadedBytes: Math.round(reading?.uploadedBytes ?? 0),
    downloadedBytes: Math.round(reading?.downloadedBytes ?? 0),
    // Nanoseconds a second, as percent of one processor.
    cpuPercent: usage === null ? null : round(track.cpu.perSecond() / 1e7),
    memoryBytes: usage?.memoryBytes ?? null,
    memoryLimitBytes: usage?.memoryLimitBytes ?? null,
    maxClients: runtime.maxClients,
    bandwidthMbps: runtime.bandwidthMbps,
    startedAt: runtime.startedAtMs,
    restarts: runtime.restarts,
    source: reading?.source ?? 'none',
    hasOverride: runtime.hasOverride,
    rotation,
    ingress: track.ingress,
  };
}

type Summed = 'connected' | 'connecting' | 'uploadBps' | 'downloadBps' | 'uploadedBytes' | 'downloadedBytes';
function sumOf(stations: readonly StationSnapshot[], key: Summed): number {
  let sum = 0;
  for (const station of stations) sum += station[key];
  return sum;
}

type Country = Snapshot['countries'][number];

function emptyCountry(code: string): Country {
  return { code, connected: 0, personalConnected: 0, connecting: 0, uploadedBytes: 0, downloadedBytes: 0 };
}

function sumCountries(tracks: readonly StationTrack[]): Country[] {
  const countries = new Map<string, Country>();
  for (const { reading } of tracks) {
    for (const region of reading?.regions ?? []) {
      const code = countryOf(countryKey(region.code));
      let country = countries.get(code);
      if (country === undefined) {
        country = emptyCountry(code);
        countries.set(code, country);
      }
      country.connected += region.connected;
      if (region.scope === 'personal') country.personalConnected += region.connected;
      country.connecting += region.connecting;
      country.uploadedBytes += Math.round(region.uploadedBytes);
      country.downloadedBytes += Math.round(region.downloadedBytes);
    }
  }
  return [...countries.values()];
}

/** Most users first; those with too few to be named together, last. */
function foldCountries(countries: readonly Country[], foldBelow: number): Country[] {
  const named = countries.filter(({ connected }) => connected >= foldBelow).sort(byUsersThenBytes);
  const few = countries.filter(({ connected }) => connected < foldBelow);
  if (few.length === 0) return named;
  const other = emptyCountry('other');
  for (const country of few) {
    other.connected += country.connected;
    other.personalConnected += country.personalConnected;
    other.connecting += country.connecting;
    other.uploadedBytes += country.uploadedBytes;
    other.downloadedBytes += country.downloadedBytes;
  }
  return [...named, other];
}

function byUsersThenBytes(a: Country, b: Country): number {
  return (
    b.connected - a.connected ||
    b.uploadedBytes + b.downloadedBytes - (a.uploadedBytes + a.downloadedBytes) ||
    a.code.localeCompare(b.code)
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

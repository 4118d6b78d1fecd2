/**
 * Gathers samples into 10-second frames, of stations and of the countries they report. A sample holds until the next one; an interval that crosses the edge of a
 * bucket is divided at the edge. Knows no clock and no database.
 */
import { type CounterReading, countMoved, isNewProcess, type StationCounter } from './counters.ts';
import type { Frame } from './frame.ts';
import {
  addBytes,
  emptyGathered,
  type Gathered,
  gatheredOf,
  movedOnly,
  regionFrame,
  stationFrame,
} from './gathered.ts';
import { FINE_SECONDS } from './tiers.ts';

export interface Observation {
  station: number;
  /** False while the station does not answer: its bucket shows a gap then, not a zero. */
  known: boolean;
  connected: number;
  connecting: number;
  running: boolean;
  counter: CounterReading | null;
  /** Users by country; null where the station does not report countries. */
  regions: readonly RegionUsers[] | null;
}

export interface RegionUsers {
  /** See country-key.ts. */
  key: number;
  connected: number;
  connecting: number;
}

/** What one transaction stores: frames of buckets that ended, and the counters up to exactly there. */
export interface Recording {
  frames: Frame[];
  counters: StationCounter[];
}

export interface Recorder {
  /** @returns what is to be stored now, or null while the bucket is still open */
  observe(atMs: number, stations: readonly Observation[]): Recording | null;
  /** Ends the open bucket early; its frames may be added to later. */
  close(): Recording | null;
}

export interface RecorderOptions {
  /** As stored by the last recording; empty on a new server. */
  counters: readonly StationCounter[];
  watchedSinceMs: number;
  /** A longer silence between two samples is a gap. */
  maxGapMs: number;
}

/** One sample, and its countries added up over the stations. */
interface Sample {
  atMs: number;
  stations: readonly Observation[];
  /** Null while no station that answers reports countries. */
  regions: RegionUsers[] | null;
}

const BUCKET_MS = FINE_SECONDS * 1000;
const bucketOf = (atMs: number) => Math.floor(atMs / BUCKET_MS) * BUCKET_MS;

export function createRecorder(options: RecorderOptions): Recorder {
  const counters = new Map(options.counters.map((counter) => [counter.station, counter]));
  const changed = new Set<number>();
  let previous: Sample | null = null;
  let bucketMs: number | null = null;
  let fleet = emptyGathered();
  let stations = new Map<number, Gathered>();
  let regionsKnownMs = 0;
  let regions = new Map<number, Gathered>();

  /** Counts `ms` of the world being as it was sampled. */
  function hold(sample: Sample, ms: number): void {
    if (ms === 0) return;
    if (isFleetKnown(sample.stations)) fleet.knownMs += ms;
    if (sample.regions !== null) regionsKnownMs += ms;
    for (const { key, connected, connecting } of sample.regions ?? []) {
      const gathered = gatheredOf(regions, key);
      gathered.connectedMs += connected * ms;
      gathered.connectingMs += connecting * ms;
    }
    for (const observation of sample.stations) {
      if (!observation.known) continue;
      const gathered = gatheredOf(stations, observation.station);
      gathered.knownMs += ms;
      gathered.connectedMs += observation.connected * ms;
      gathered.connectingMs += observation.connecting * ms;
      if (observation.running) gathered.runningMs += ms;
    }
    noteMaxima(sample);
  }

  function noteMaxima(sample: Sample): void {
    let total = 0;
    for (const { known, station, connected } of sample.stations) {
      if (!known) continue;
      total += connected;
      const gathered = gatheredOf(stations, station);
      gathered.connectedMax = Math.max(gathered.connectedMax, connected);
    }
    fleet.connectedMax = Math.max(fleet.connectedMax, total);
    for (const { key, connected } of sample.regions ?? []) {
      const gathered = gatheredOf(regions, key);
      gathered.connectedMax = Math.max(gathered.connectedMax, connected);
    }
  }

  function count(sample: readonly Observation[]): void {
    for (const { station, counter } of sample) {
      if (counter === null) continue;
      const moved = countMoved(station, counters.get(station) ?? null, counter, options.watchedSinceMs);
      counters.set(station, moved.counter);
      changed.add(station);
      addBytes(gatheredOf(stations, station), moved);
      for (const region of moved.regions) addBytes(gatheredOf(regions, region.key), region);
    }
  }

  function takeFrames(): Frame[] {
    if (bucketMs === null) return [];
    const frames = [
      stationFrame(bucketMs / 1000, fleet, stations),
      ...regionFrame(bucketMs / 1000, regionsKnownMs, regions),
    ];
    fleet = emptyGathered();
    stations = new Map();
    regionsKnownMs = 0;
    regions = new Map();
    return frames;
  }

  function isSuccessor({ station, counter }: Observation): boolean {
    const last = counters.get(station);
    return counter !== null && last !== undefined && isNewProcess(last, counter);
  }

  /** What was moved so far, without ending the bucket. */
  function takeBytes(): Frame[] {
    const at = bucketMs === null ? 0 : bucketMs / 1000;
    const ofStations = movedOnly(stations);
    const ofRegions = movedOnly(regions);
    return [
      ...(ofStations.size === 0 ? [] : [stationFrame(at, emptyGathered(), ofStations)]),
      ...regionFrame(at, 0, ofRegions),
    ];
  }

  function finish(frames: Frame[]): Recording | null {
    if (frames.length === 0) return null;
    const touched = [...changed].flatMap((station) => counters.get(station) ?? []);
    changed.clear();
    return { frames, counters: touched };
  }

  return {
    observe(atMs, observations) {
      const sample: Sample = { atMs, stations: observations, regions: addUpRegions(observations) };
      const frames: Frame[] = [];
      if (previous !== null && atMs > previous.atMs && atMs - previous.atMs <= options.maxGapMs) {
        let from = previous.atMs;
        while (bucketOf(from) < bucketOf(atMs)) {
          const edge = bucketOf(from) + BUCKET_MS;
          hold(previous, edge - from);
          frames.push(...takeFrames());
          from = edge;
          bucketMs = edge;
        }
        hold(previous, atMs - from);
      } else if (bucketMs !== bucketOf(atMs)) {
        // The first sample, a gap, or a clock that was set: what was gathered belongs where it was.
        frames.push(...takeFrames());
      }
      bucketMs = bucketOf(atMs);
      // The last counters of a process that has ended are read by nobody again: they are stored before they go.
      if (frames.length === 0 && observations.some(isSuccessor)) frames.push(...takeBytes());
      // The counters of this sample belong to the bucket it opens, so they are stored with that one.
      const recording = finish(frames);
      count(observations);
      noteMaxima(sample);
      previous = sample;
      return recording;
    },
    close() {
      const recording = finish(takeFrames());
      previous = null;
      bucketMs = null;
      return recording;
    },
  };
}

/** While no station at all answers, how many people are connected is not known, and that is not zero. */
function isFleetKnown(sample: readonly Observation[]): boolean {
  return sample.length === 0 || sample.some(({ known }) => known);
}

/** The countries of every station that answers and reports them, one entry each. */
function addUpRegions(observations: readonly Observation[]): RegionUsers[] | null {
  let total: Map<number, RegionUsers> | null = null;
  for (const { known, regions } of observations) {
    if (!known || regions === null) continue;
    total ??= new Map();
    for (const { key, connected, connecting } of regions) {
      const sum = total.get(key);
      if (sum === undefined) total.set(key, { key, connected, connecting });
      else {
        sum.connected += connected;
        sum.connecting += connecting;
      }
    }
  }
  return total === null ? null : [...total.values()].filter(isAnyone);
}

function isAnyone({ connected, connecting }: RegionUsers): boolean {
  return connected > 0 || connecting > 0;
}

/**
 * Gathers samples into 10-second rows. A sample holds until the next one; an interval that crosses the edge of a
 * bucket is divided at the edge. Knows no clock and no database.
 */
import { type CounterReading, countMoved, isNewProcess, type StationCounter } from './counters.ts';
import { FINE_SECONDS, FLEET_SERIES, type HistoryRow } from './row.ts';

export interface Observation {
  station: number;
  /** False while the station does not answer: its bucket shows a gap then, not a zero. */
  known: boolean;
  connected: number;
  connecting: number;
  running: boolean;
  counter: CounterReading | null;
}

/** What one transaction stores: rows of buckets that ended, and the counters up to exactly there. */
export interface Recording {
  rows: HistoryRow[];
  counters: StationCounter[];
}

export interface Recorder {
  /** @returns what is to be stored now, or null while the bucket is still open */
  observe(atMs: number, stations: readonly Observation[]): Recording | null;
  /** Ends the open bucket early; its row may be added to later. */
  close(): Recording | null;
}

export interface RecorderOptions {
  /** As stored by the last recording; empty on a new server. */
  counters: readonly StationCounter[];
  watchedSinceMs: number;
  /** A longer silence between two samples is a gap. */
  maxGapMs: number;
}

interface Gathered {
  knownMs: number;
  connectedMs: number;
  connectedMax: number;
  connectingMs: number;
  runningMs: number;
  uploadedBytes: number;
  downloadedBytes: number;
}

const BUCKET_MS = FINE_SECONDS * 1000;
const bucketOf = (atMs: number) => Math.floor(atMs / BUCKET_MS) * BUCKET_MS;

export function createRecorder(options: RecorderOptions): Recorder {
  const counters = new Map(options.counters.map((counter) => [counter.station, counter]));
  const changed = new Set<number>();
  let previous: { atMs: number; stations: readonly Observation[] } | null = null;
  let bucketMs: number | null = null;
  let fleet = emptyGathered();
  let stations = new Map<number, Gathered>();

  function of(station: number): Gathered {
    let gathered = stations.get(station);
    if (gathered === undefined) {
      gathered = emptyGathered();
      stations.set(station, gathered);
    }
    return gathered;
  }

  /** Counts `ms` of the world being as it was sampled. */
  function hold(sample: readonly Observation[], ms: number): void {
    if (ms === 0) return;
    if (isFleetKnown(sample)) fleet.knownMs += ms;
    for (const observation of sample) {
      if (!observation.known) continue;
      const gathered = of(observation.station);
      gathered.knownMs += ms;
      gathered.connectedMs += observation.connected * ms;
      gathered.connectingMs += observation.connecting * ms;
      if (observation.running) gathered.runningMs += ms;
    }
    noteMaxima(sample);
  }

  function noteMaxima(sample: readonly Observation[]): void {
    let total = 0;
    for (const { known, station, connected } of sample) {
      if (!known) continue;
      total += connected;
      const gathered = of(station);
      gathered.connectedMax = Math.max(gathered.connectedMax, connected);
    }
    fleet.connectedMax = Math.max(fleet.connectedMax, total);
  }

  function count(sample: readonly Observation[]): void {
    for (const { station, counter } of sample) {
      if (counter === null) continue;
      const moved = countMoved(station, counters.get(station) ?? null, counter, options.watchedSinceMs);
      counters.set(station, moved.counter);
      changed.add(station);
      const gathered = of(station);
      gathered.uploadedBytes += moved.uploadedBytes;
      gathered.downloadedBytes += moved.downloadedBytes;
    }
  }

  function takeRows(): HistoryRow[] {
    if (bucketMs === null) return [];
    const rows = toRows(bucketMs / 1000, fleet, stations);
    fleet = emptyGathered();
    stations = new Map();
    return rows;
  }

  function isSuccessor({ station, counter }: Observation): boolean {
    const last = counters.get(station);
    return counter !== null && last !== undefined && isNewProcess(last, counter);
  }

  /** What was moved so far, without ending the bucket. */
  function takeBytes(): HistoryRow[] {
    const at = bucketMs === null ? 0 : bucketMs / 1000;
    const moved = new Map<number, Gathered>();
    for (const [station, gathered] of stations) {
      const { uploadedBytes, downloadedBytes } = gathered;
      if (uploadedBytes === 0 && downloadedBytes === 0) continue;
      moved.set(station, { ...emptyGathered(), uploadedBytes, downloadedBytes });
      gathered.uploadedBytes = 0;
      gathered.downloadedBytes = 0;
    }
    return moved.size === 0 ? [] : toRows(at, emptyGathered(), moved);
  }

  function finish(rows: HistoryRow[]): Recording | null {
    if (rows.length === 0) return null;
    const touched = [...changed].flatMap((station) => counters.get(station) ?? []);
    changed.clear();
    return { rows, counters: touched };
  }

  return {
    observe(atMs, sample) {
      const rows: HistoryRow[] = [];
      if (previous !== null && atMs > previous.atMs && atMs - previous.atMs <= options.maxGapMs) {
        let from = previous.atMs;
        while (bucketOf(from) < bucketOf(atMs)) {
          const edge = bucketOf(from) + BUCKET_MS;
          hold(previous.stations, edge - from);
          rows.push(...takeRows());
          from = edge;
          bucketMs = edge;
        }
        hold(previous.stations, atMs - from);
      } else if (bucketMs !== bucketOf(atMs)) {
        // The first sample, a gap, or a clock that was set: what was gathered belongs where it was.
        rows.push(...takeRows());
      }
      bucketMs = bucketOf(atMs);
      // The last counters of a process that has ended are read by nobody again: they are stored before they go.
      if (rows.length === 0 && sample.some(isSuccessor)) rows.push(...takeBytes());
      // The counters of this sample belong to the bucket it opens, so they are stored with that one.
      const recording = finish(rows);
      count(sample);
      noteMaxima(sample);
      previous = { atMs, stations: sample };
      return recording;
    },
    close() {
      const recording = finish(takeRows());
      previous = null;
      bucketMs = null;
      return recording;
    },
  };
}

function emptyGathered(): Gathered {
  return {
    knownMs: 0,
    connectedMs: 0,
    connectedMax: 0,
    connectingMs: 0,
    runningMs: 0,
    uploadedBytes: 0,
    downloadedBytes: 0,
  };
}

/** While no station at all answers, how many people are connected is not known, and that is not zero. */
function isFleetKnown(sample: readonly Observation[]): boolean {
  return sample.length === 0 || sample.some(({ known }) => known);
}

function toRows(at: number, fleet: Gathered, stations: ReadonlyMap<number, Gathered>): HistoryRow[] {
  const total: HistoryRow = {
    ...rowOf(FLEET_SERIES, at, fleet),
    connectedSeconds: 0,
    connectingSeconds: 0,
    runningSeconds: 0,
  };
  const rows = [total];
  for (const [station, gathered] of stations) {
    rows.push(rowOf(station, at, gathered));
    // Rounded as the stations' own rows are, so that the fleet is exactly their sum.
    total.connectedSeconds += inSeconds(gathered.connectedMs, fleet.knownMs);
    total.connectingSeconds += inSeconds(gathered.connectingMs, fleet.knownMs);
    total.runningSeconds += inSeconds(gathered.runningMs, fleet.knownMs);
    total.uploadedBytes += gathered.uploadedBytes;
    total.downloadedBytes += gathered.downloadedBytes;
  }
  return rows;
}

function rowOf(series: number, at: number, gathered: Gathered): HistoryRow {
  const { knownMs } = gathered;
  return {
    series,
    at,
    seconds: Math.round(knownMs / 1000),
    connectedSeconds: inSeconds(gathered.connectedMs, knownMs),
    connectedMax: gathered.connectedMax,
    connectingSeconds: inSeconds(gathered.connectingMs, knownMs),
    runningSeconds: inSeconds(gathered.runningMs, knownMs),
    uploadedBytes: gathered.uploadedBytes,
    downloadedBytes: gathered.downloadedBytes,
  };
}

/** Whole seconds, scaled with the observed time that is itself rounded, so that the average stays right. */
function inSeconds(sumMs: number, knownMs: number): number {
  return knownMs === 0 ? 0 : Math.round((sumMs * Math.round(knownMs / 1000)) / knownMs);
}

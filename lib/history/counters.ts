/**
 * Turns counters that restart with a station into bytes moved: a station that restarts loses nothing and counts
 * nothing twice, nor does the agent.
 */

/** What a station says it has moved since its process started. */
export interface CounterReading {
  /** One start of one container; the counters begin at 0 with it. */
  epoch: string;
  startedAtMs: number;
  /** Start of the process in seconds as it reports it itself; null where it does not. */
  processStartSeconds: number | null;
  uploadedBytes: number;
  downloadedBytes: number;
  /** By country; null where the station does not report countries. */
  regions: readonly RegionBytes[] | null;
}

export interface RegionBytes {
  /** See country-key.ts. */
  key: number;
  uploadedBytes: number;
  downloadedBytes: number;
}

/** The last reading that was counted. */
export interface StationCounter {
  station: number;
  epoch: string;
  processStartSeconds: number | null;
  uploadedBytes: number;
  downloadedBytes: number;
  regions: readonly RegionBytes[] | null;
}

export interface Moved {
  uploadedBytes: number;
  downloadedBytes: number;
  /** Countries in which anything moved. */
  regions: RegionBytes[];
  counter: StationCounter;
}

type Counters = Omit<StationCounter, 'station' | 'regions'>;
const NOTHING_YET: ReadonlyMap<number, RegionBytes> = new Map();

/** The clock behind a process's start time is slewed by NTP; a station is never restarted within this. */
const SAME_START_SECONDS = 1;

/**
 * @param last null when this station was never counted
 * @param watchedSinceMs counters of a station that was never counted and started before this are a baseline only:
 *   what it moved then was not moved under our eyes
 */
export function countMoved(
  station: number,
  last: StationCounter | null,
  reading: CounterReading,
  watchedSinceMs: number,
): Moved {
  const counter: StationCounter = {
    station,
    epoch: reading.epoch,
    processStartSeconds: reading.processStartSeconds,
    uploadedBytes: Math.round(reading.uploadedBytes),
    downloadedBytes: Math.round(reading.downloadedBytes),
    regions: reading.regions,
  };
  if (last === null || isNewProcess(last, counter)) {
    const counts = last !== null || reading.startedAtMs >= watchedSinceMs;
    return {
      uploadedBytes: counts ? counter.uploadedBytes : 0,
      downloadedBytes: counts ? counter.downloadedBytes : 0,
      regions: counts ? movedRegions(NOTHING_YET, counter.regions) : [],
      counter,
    };
  }
  // Log lines round their figures; a counter of the same process that seems to fall waits at its highest value.
  counter.uploadedBytes = Math.max(last.uploadedBytes, counter.uploadedBytes);
  counter.downloadedBytes = Math.max(last.downloadedBytes, counter.downloadedBytes);
  return {
    uploadedBytes: counter.uploadedBytes - last.uploadedBytes,
    downloadedBytes: counter.downloadedBytes - last.downloadedBytes,
    // Countries that were not asked for before, by an agent that did not know them, begin here.
    regions:
      last.regions === null
        ? []
        : movedRegions(new Map(last.regions.map((region) => [region.key, region])), counter.regions),
    counter: { ...counter, regions: counter.regions ?? last.regions },
  };
}

function movedRegions(
  last: ReadonlyMap<number, RegionBytes>,
  now: readonly RegionBytes[] | null,
): RegionBytes[] {
  const moved: RegionBytes[] = [];
  for (const { key, uploadedBytes, downloadedBytes } of now ?? []) {
    const before = last.get(key);
    const up = Math.max(0, uploadedBytes - (before?.uploadedBytes ?? 0));
    const down = Math.max(0, downloadedBytes - (before?.downloadedBytes ?? 0));
    if (up > 0 || down > 0) moved.push({ key, uploadedBytes: up, downloadedBytes: down });
  }
  return moved;
}

/** Whether the counters began at 0 again between the two. */
export function isNewProcess(last: Counters, next: Counters): boolean {
  const starts = compareStarts(last.processStartSeconds, next.processStartSeconds);
  // The report of a new process can arrive one tick before the engine's event does.
  if (last.epoch !== next.epoch) return starts !== 'same';
  const fell = next.uploadedBytes < last.uploadedBytes || next.downloadedBytes < last.downloadedBytes;
  // A clock that is set moves a process's start time too; its counters go on all the same.
  if (starts === 'different') return fell;
  return fell && fellFar(last, next);
}

function compareStarts(a: number | null, b: number | null): 'same' | 'different' | 'unknown' {
  if (a === null || b === null) return 'unknown';
  return Math.abs(a - b) <= SAME_START_SECONDS ? 'same' : 'different';
}

function fellFar(last: Counters, next: Counters): boolean {
  return next.uploadedBytes + next.downloadedBytes < (last.uploadedBytes + last.downloadedBytes) / 2;
}

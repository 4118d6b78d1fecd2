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
}

/** The last reading that was counted. */
export interface StationCounter {
  station: number;
  epoch: string;
  processStartSeconds: number | null;
  uploadedBytes: number;
  downloadedBytes: number;
}

export interface Moved {
  uploadedBytes: number;
  downloadedBytes: number;
  counter: StationCounter;
}

type Counters = Omit<StationCounter, 'station'>;

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
  };
  if (last === null || isNewProcess(last, counter)) {
    const counts = last !== null || reading.startedAtMs >= watchedSinceMs;
    return {
      uploadedBytes: counts ? counter.uploadedBytes : 0,
      downloadedBytes: counts ? counter.downloadedBytes : 0,
      counter,
    };
  }
  // Log lines round their figures; a counter of the same process that seems to fall waits at its highest value.
  counter.uploadedBytes = Math.max(last.uploadedBytes, counter.uploadedBytes);
  counter.downloadedBytes = Math.max(last.downloadedBytes, counter.downloadedBytes);
  return {
    uploadedBytes: counter.uploadedBytes - last.uploadedBytes,
    downloadedBytes: counter.downloadedBytes - last.downloadedBytes,
    counter,
  };
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

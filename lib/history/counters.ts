/** Byte counters that start again at zero with each run of a station: what moved between two readings. */

export interface CounterReading {
  /** Names one run of the station's process. */
  epoch: string;
  uploadedBytes: number;
  downloadedBytes: number;
}

export interface Moved {
  uploadedBytes: number;
  downloadedBytes: number;
}

/**
 * Within one run the difference counts; a new run counts from zero. A counter that falls within a run moved nothing:
 * the epoch, not a falling value, says what a restart is.
 */
export function movedSince(previous: CounterReading | null, reading: CounterReading): Moved {
  if (previous === null || previous.epoch !== reading.epoch) {
    return { uploadedBytes: reading.uploadedBytes, downloadedBytes: reading.downloadedBytes };
  }
  return {
    uploadedBytes: Math.max(0, reading.uploadedBytes - previous.uploadedBytes),
    downloadedBytes: Math.max(0, reading.downloadedBytes - previous.downloadedBytes),
  };
}

/** One bucket of one series, as it is stored. Everything in it adds up, except the maximum. */
export interface HistoryRow {
  /** 0 is the fleet, n is station n. */
  series: number;
  /** Start of the bucket, seconds since the epoch. */
  at: number;
  /** Seconds of the bucket that were observed. */
  seconds: number;
  connectedSeconds: number;
  connectedMax: number;
  connectingSeconds: number;
  runningSeconds: number;
  uploadedBytes: number;
  downloadedBytes: number;
}

export const FLEET_SERIES = 0;
/** Width of the finest bucket, and of the one it is rolled up into. */
export const FINE_SECONDS = 10;
export const MINUTE_SECONDS = 60;
/** How long each tier is kept. */
export const KEEP_FINE_SECONDS = 24 * 3600;
export const KEEP_MINUTES_SECONDS = 14 * 24 * 3600;

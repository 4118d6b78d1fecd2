/** Which stored tier answers a query, and how its rows become evenly spaced points. */
import type { HistorySeries } from '../contract/history.ts';

export interface Tier {
  table: 'history_10s' | 'history_1m';
  seconds: number;
  keepSeconds: number;
}

/** Finest first. */
export const TIERS: readonly [Tier, Tier] = [
  { table: 'history_10s', seconds: 10, keepSeconds: 86_400 },
  { table: 'history_1m', seconds: 60, keepSeconds: 14 * 86_400 },
];

/** Bucket widths that people read well, in seconds. */
const WIDTHS = [10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** One row of a tier: sums over `seconds` observed, see db/schema/history.ts. */
export interface HistoryRow {
  /** Seconds since the epoch. */
  at: number;
  seconds: number;
  connectedSeconds: number;
  connectedMax: number;
  connectingSeconds: number;
  runningSeconds: number;
  uploadedBytes: number;
  downloadedBytes: number;
}

/**
 * The finest bucket that keeps the answer within `maxPoints`, and the tier that still holds that time.
 * @param fromMs, toMs, nowMs milliseconds since the epoch
 */
export function chooseBucket(
  fromMs: number,
  toMs: number,
  maxPoints: number,
  nowMs: number,
): { tier: Tier; bucketSeconds: number } {
  const ideal = (toMs - fromMs) / 1000 / maxPoints;
  const [fine, coarse] = TIERS;
  const tier =
    ideal < coarse.seconds && fromMs / 1000 >= nowMs / 1000 - fine.keepSeconds - coarse.seconds
      ? fine
      : coarse;
  const width =
    WIDTHS.find((candidate) => candidate >= Math.max(ideal, tier.seconds)) ??
    Math.ceil(ideal / 86_400) * 86_400;
  return { tier, bucketSeconds: width };
}

/** Puts rows into buckets; a bucket nobody observed is null, a gap, in every column. */
export function toSeries(
  rows: HistoryRow[],
  fromMs: number,
  toMs: number,
  bucketSeconds: number,
): HistorySeries {
  const first = Math.floor(fromMs / 1000 / bucketSeconds) * bucketSeconds;
  const length = Math.max(0, Math.ceil((toMs / 1000 - first) / bucketSeconds));
  const sums = new Array<HistoryRow | undefined>(length);
  for (const row of rows) {
    const index = Math.floor((row.at - first) / bucketSeconds);
    if (index >= 0 && index < length) sums[index] = addRows(sums[index], row);
  }
  const column = (value: (row: HistoryRow) => number) =>
    Array.from(sums, (row) => (row === undefined || row.seconds === 0 ? null : value(row)));
  return {
    bucketSeconds,
    t: Array.from({ length }, (_, i) => (first + i * bucketSeconds) * 1000),
    connected: column((row) => row.connectedSeconds / row.seconds),
    connectedMax: column((row) => row.connectedMax),
    connecting: column((row) => row.connectingSeconds / row.seconds),
    uploadedBytes: column((row) => row.uploadedBytes),
    downloadedBytes: column((row) => row.downloadedBytes),
    stationsRunning: column((row) => row.runningSeconds / row.seconds),
  };
}

/** Sums add up, maxima are the larger one: the same rule at every step up. */
export function addRows(a: HistoryRow | undefined, b: HistoryRow): HistoryRow {
  if (a === undefined) return { ...b };
  return {
    at: Math.min(a.at, b.at),
    seconds: a.seconds + b.seconds,
    connectedSeconds: a.connectedSeconds + b.connectedSeconds,
    connectedMax: Math.max(a.connectedMax, b.connectedMax),
    connectingSeconds: a.connectingSeconds + b.connectingSeconds,
    runningSeconds: a.runningSeconds + b.runningSeconds,
    uploadedBytes: a.uploadedBytes + b.uploadedBytes,
    downloadedBytes: a.downloadedBytes + b.downloadedBytes,
  };
}

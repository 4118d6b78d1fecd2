/** Which buckets answer a question about the past, and the columns that the answer is made of. */
import { AppError } from '../contract/errors.ts';
import type { HistorySeries } from '../contract/history.ts';
import { FINE_SECONDS, FLEET_SERIES, type HistoryRow, KEEP_FINE_SECONDS, MINUTE_SECONDS } from './row.ts';

export interface QueryPlan {
  series: number;
  tier: 'fine' | 'minute';
  bucketSeconds: number;
  /** Start of the first bucket and end of the last, seconds since the epoch, both multiples of the bucket. */
  from: number;
  to: number;
}

/** Widths people read without thinking. */
const WIDTHS = [
  10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800,
];

/**
 * Chooses the narrowest bucket that keeps to `maxPoints`. Buckets lie on multiples of their width, so that the same
 * moment always falls into the same bucket; the first and the last may reach beyond what was asked.
 * @throws AppError invalid_input when `from` is not before `to`
 */
export function planQuery(
  query: { station?: number | undefined; from: number; to: number; maxPoints: number },
  nowMs: number,
): QueryPlan {
  if (query.from >= query.to) {
    throw new AppError('invalid_input', {
      message: '`from` must be before `to`.',
      fields: [{ field: 'from', message: 'must be before `to`' }],
    });
  }
  const fromSeconds = query.from / 1000;
  const toSeconds = query.to / 1000;
  // The fine tier is pruned up to a whole minute.
  const fineIsKept = fromSeconds >= nowMs / 1000 - KEEP_FINE_SECONDS + MINUTE_SECONDS;
  const fits = (width: number) => pointsOf(fromSeconds, toSeconds, width) <= query.maxPoints;
  const bucketSeconds =
    WIDTHS.find((width) => (fineIsKept || width >= MINUTE_SECONDS) && fits(width)) ?? wide(fits);
  return {
    series: query.station ?? FLEET_SERIES,
    tier: bucketSeconds < MINUTE_SECONDS ? 'fine' : 'minute',
    bucketSeconds,
    from: Math.floor(fromSeconds / bucketSeconds) * bucketSeconds,
    to: Math.ceil(toSeconds / bucketSeconds) * bucketSeconds,
  };
}

function pointsOf(from: number, to: number, width: number): number {
  return Math.ceil(to / width) - Math.floor(from / width);
}

/** Two buckets always suffice once each is wider than the range; doubling gets there from a week in a few steps. */
function wide(fits: (width: number) => boolean): number {
  let width = WIDTHS.at(-1) ?? FINE_SECONDS;
  while (!fits(width)) width *= 2;
  return width;
}

/** Spreads the buckets that have rows over the whole range; the others are gaps. `at` of a row is its bucket's start. */
export function toSeries(plan: QueryPlan, rows: readonly HistoryRow[]): HistorySeries {
  const length = (plan.to - plan.from) / plan.bucketSeconds;
  const gaps = () => new Array<number | null>(length).fill(null);
  const series: HistorySeries = {
    bucketSeconds: plan.bucketSeconds,
    t: Array.from({ length }, (_, i) => (plan.from + i * plan.bucketSeconds) * 1000),
    connected: gaps(),
    connectedMax: gaps(),
    connecting: gaps(),
    uploadedBytes: gaps(),
    downloadedBytes: gaps(),
    stationsRunning: gaps(),
    clients: gaps(),
  };
  for (const row of rows) {
    const i = (row.at - plan.from) / plan.bucketSeconds;
    series.uploadedBytes[i] = row.uploadedBytes;
    series.downloadedBytes[i] = row.downloadedBytes;
    // Bytes can be counted afterwards; how many people were there cannot.
    if (row.seconds === 0) continue;
    series.connected[i] = row.connectedSeconds / row.seconds;
    series.connectedMax[i] = row.connectedMax;
    series.connecting[i] = row.connectingSeconds / row.seconds;
    if (plan.series === FLEET_SERIES) series.stationsRunning[i] = row.runningSeconds / row.seconds;
  }
  return series;
}

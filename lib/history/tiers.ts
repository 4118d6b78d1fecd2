/** How fine the past is kept, and for how long. Each width is a multiple of the one before. */
export interface Tier {
  table: string;
  /** Width of a bucket, seconds. */
  width: number;
  /** How long it is kept, seconds; null for ever. */
  keep: number | null;
  /** What is left of it even when the database is too large, seconds. */
  keepAtLeast: number;
}

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Two hours are not in the architecture plan: they let a chart of months be read from hundreds of buckets. */
export const TIERS: readonly [Tier, ...Tier[]] = [
  { table: 'history_10s', width: 10, keep: DAY, keepAtLeast: HOUR },
  { table: 'history_1m', width: 60, keep: 14 * DAY, keepAtLeast: DAY },
  { table: 'history_15m', width: 900, keep: 180 * DAY, keepAtLeast: 7 * DAY },
  { table: 'history_2h', width: 2 * HOUR, keep: 400 * DAY, keepAtLeast: 60 * DAY },
  { table: 'history_1d', width: DAY, keep: null, keepAtLeast: DAY },
];

export const FINE_SECONDS = TIERS[0].width;
/** How often the record is rolled up and what is old is forgotten. */
export const MINUTE_SECONDS = 60;

/** @returns the start of the bucket that `seconds` lies in */
export function bucketStart(seconds: number, width: number): number {
  return Math.floor(seconds / width) * width;
}

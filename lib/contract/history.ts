import { z } from 'zod';

/** Time series as columns: element i of each array belongs to `t[i]`; null is a gap, never a zero. */
export const historyQuerySchema = z.strictObject({
  /** Absent: the whole fleet. */
  station: z.int().min(1).max(10_000).optional(),
  /** Milliseconds since the epoch, from inclusive, to exclusive. */
  from: z.int('must be a time in milliseconds').min(0),
  to: z.int('must be a time in milliseconds').min(0),
  /** Upper bound on the number of points; the tier and bucket follow from it. */
  maxPoints: z.int().min(2).max(5000).default(600),
});

const column = z.array(z.number().nullable());
export const historySeriesSchema = z.object({
  bucketSeconds: z.number(),
  /** Start of each bucket, milliseconds since the epoch, evenly spaced. */
  t: z.array(z.number()),
  /** Time-weighted average and maximum of connected users in the bucket. */
  connected: column,
  connectedMax: column,
  connecting: column,
  /** Bytes moved in the bucket. */
  uploadedBytes: column,
  downloadedBytes: column,
  /** Average number of running stations; null column entries for a single station. */
  stationsRunning: column,
});
export type HistorySeries = z.infer<typeof historySeriesSchema>;

import * as z from 'zod';
import { countryCodeSchema, countrySourceSchema } from './countries.ts';
import { historySettingsSchema } from './settings.ts';

/** Time series as columns: element i of each array belongs to `t[i]`; null is a gap, never a zero. */

/** Milliseconds since the epoch, from inclusive, to exclusive. */
const range = {
  from: z.int('must be a time in milliseconds').min(0),
  to: z.int('must be a time in milliseconds').min(0),
};
/** Upper bound on the number of points; the tier and bucket follow from it. */
const maxPoints = z.int().min(2).max(5000).default(600);
/** Legacy totals have no time. */
const source = countrySourceSchema.exclude(['legacy']);

export const historyQuerySchema = z
  .strictObject({
    /** Neither station, country nor source: the whole fleet. */
    station: z.int().min(1).max(10_000).optional(),
    country: countryCodeSchema.optional(),
    /** Whose word on countries; a source without a country is the sum of its countries. */
    source: source.optional(),
    ...range,
    maxPoints,
  })
  .refine(({ station, country, source }) => station === undefined || (country ?? source) === undefined, {
    path: ['station'],
    message: 'cannot be asked together with a country: a station’s countries are not kept',
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
  /** Average number of running stations; null column entries for anything but the fleet. */
  stationsRunning: column,
  /** Different clients on the day the bucket belongs to; the tracker's countries only. */
  clients: column,
});
export type HistorySeries = z.infer<typeof historySeriesSchema>;

/** Several series at once, to be stacked. */
export const historyLinesQuerySchema = z.strictObject({
  by: z.enum(['station', 'country'], 'must be `station` or `country`'),
  source: source.default('stations'),
  measure: z.enum(
    ['users', 'traffic', 'uploaded', 'downloaded'],
    'must be `users`, `traffic`, `uploaded` or `downloaded`',
  ),
  ...range,
  maxPoints,
  /** Those with most over the range have a line each, the others share the line `other`. */
  top: z.int().min(1).max(40).default(8),
});
export const historyLinesSchema = z.object({
  bucketSeconds: z.number(),
  t: z.array(z.number()),
  /** Most first, `other` last. */
  lines: z.array(
    z.object({
      /** A country's code, a station's number, or `other`. */
      key: z.string(),
      /** Average users over the range, or its bytes. */
      total: z.number(),
      /** Average users in each bucket, or its bytes. */
      values: column,
    }),
  ),
});
export type HistoryLines = z.infer<typeof historyLinesSchema>;

/** Points of each series that a file has at most, unless another number is asked for; its rows say how long one is. */
export const FILE_POINTS = 2000;

export const historyExportQuerySchema = z.strictObject({
  by: z.enum(['total', 'station', 'country'], 'must be `total`, `station` or `country`'),
  source: source.default('stations'),
  ...range,
  maxPoints,
});
/** One bucket of one series. */
export const historyExportRowSchema = z.object({
  at: z.number(),
  bucketSeconds: z.number(),
  /** `fleet`, a station's number or a country's code. */
  key: z.string(),
  /** Seconds of the bucket that were observed. */
  seconds: z.number(),
  connected: z.number().nullable(),
  connectedMax: z.number().nullable(),
  connecting: z.number().nullable(),
  uploadedBytes: z.number(),
  downloadedBytes: z.number(),
  clients: z.number().nullable(),
});
export type HistoryExportRow = z.infer<typeof historyExportRowSchema>;

/** The record itself: how much there is, and whether it is whole. */
export const historyStateSchema = z.object({
  settings: historySettingsSchema,
  databaseBytes: z.number(),
  /** Oldest moment that is still kept; null when nothing was recorded. */
  oldest: z.number().nullable(),
  tiers: z.array(
    z.object({
      bucketSeconds: z.number(),
      /** How long it is kept; null for ever. */
      keepSeconds: z.number().nullable(),
      /** From the oldest to the newest; some may be empty. */
      buckets: z.number(),
      oldest: z.number().nullable(),
    }),
  ),
  /** The last integrity check; null before the first. */
  check: z.object({ at: z.number(), ok: z.boolean(), message: z.string().nullable() }).nullable(),
  /** Why nothing is written, or null. */
  problem: z.string().nullable(),
});
export type HistoryState = z.infer<typeof historyStateSchema>;

/** Our own figures for Prometheus: a token lets a scraper in, at /metrics of the panel. */
export const metricsStateSchema = z.object({ enabled: z.boolean(), createdAt: z.number().nullable() });

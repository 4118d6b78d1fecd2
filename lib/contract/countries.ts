import * as z from 'zod';
import { trackerSettingsSchema } from './settings.ts';

/**
 * Where the figures of a country come from, in the order of truth. They are shown side by side and never added:
 * `stations` is what stations of 2.x report of themselves, exact and without an address; `tracker` is what passes the
 * main interface; `legacy` is what v1.x had estimated before it was migrated.
 */
export const countrySourceSchema = z.enum(
  ['stations', 'tracker', 'legacy'],
  'must be `stations`, `tracker` or `legacy`',
);
export type CountrySource = z.infer<typeof countrySourceSchema>;

/**
 * ISO 3166 alpha-2 in capitals, or one of these: `unknown` (no database knows it), `private` (addresses of private
 * networks), `own` (addresses of this server), `other` (countries with too few clients to be named).
 */
export const countryCodeSchema = z
  .string()
  .regex(
    /^([A-Z]{2}|unknown|private|own|other)$/,
    'must be two capital letters such as IR, or `unknown`, `private`, `own` or `other`',
  );

const time = z.int('must be a time in milliseconds').min(0);
/** Without a range: now, with the bytes of today (UTC). */
export const countriesQuerySchema = z
  .strictObject({ source: countrySourceSchema.optional(), from: time.optional(), to: time.optional() })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), {
    path: ['from'],
    message: 'and `to` go together: give both, or neither for now',
  });

const figures = {
  /**
   * Now: users connected (the tracker: addresses seen in its last window). In a range: the average over the time that
   * was observed; null when none of it was.
   */
  connected: z.number().nullable(),
  /** The most at once within the range; null now. */
  connectedMax: z.number().nullable(),
  /** Only stations know it. */
  connecting: z.number().nullable(),
  /** Bytes a second now, client → here and here → client; in a range, the average. */
  uploadBps: z.number(),
  downloadBps: z.number(),
  /** Bytes in the range; today's (UTC) when there is none. */
  uploadedBytes: z.number(),
  downloadedBytes: z.number(),
  /**
   * Different clients on one day: today, or on the day of the range that had most. An estimate, within 5 % with a
   * probability of 99 %; only the tracker knows it.
   */
  clients: z.number().nullable(),
};

export const countriesReportSchema = z.object({
  at: z.number(),
  source: countrySourceSchema,
  /** The range as it was answered, on edges of buckets; null for now. */
  from: z.number().nullable(),
  to: z.number().nullable(),
  /** Every source, whether it has something to say, and since when. */
  sources: z.array(
    z.object({
      source: countrySourceSchema,
      available: z.boolean(),
      /** Why it has nothing, or what its figures leave out; a sentence. */
      note: z.string().nullable(),
    }),
  ),
  /** Countries with fewer clients than this are in `other`; 0: none. */
  foldBelow: z.number(),
  total: z.object(figures),
  /** Most users first, then most bytes. */
  rows: z.array(
    z.object({
      code: countryCodeSchema,
      ...figures,
      /** The part that personal (not common) clients have in the figures; null where the source does not tell. */
      personal: z
        .object({ connected: z.number(), uploadedBytes: z.number(), downloadedBytes: z.number() })
        .nullable(),
    }),
  ),
});
export type CountriesReport = z.infer<typeof countriesReportSchema>;
export type CountryRow = CountriesReport['rows'][number];

/** What watches the main interface. */
export const trackerStateSchema = z.object({
  settings: trackerSettingsSchema,
  /** `waiting`: it cannot watch now and tries again by itself; `message` says why. */
  state: z.enum(['off', 'starting', 'running', 'waiting']),
  message: z.string().nullable(),
  /** The interface it watches; null while there is none. */
  interface: z.string().nullable(),
  /** When the capture that runs now began. */
  since: z.number().nullable(),
  /** Length of the last window, and when it ended. */
  windowSeconds: z.number(),
  windowAt: z.number().nullable(),
  /** Of the last window. */
  packetsPerSecond: z.number(),
  bytesPerSecond: z.number(),
  /** Since the agent started. */
  packets: z.number(),
  droppedPackets: z.number(),
  restarts: z.number(),
  /** Percent of one core over the last window, its child processes included; null when it cannot be told. */
  cpuPercent: z.number().nullable(),
  geo: z.object({
    /** The database's own name and date. */
    name: z.string().nullable(),
    builtAt: z.number().nullable(),
    path: z.string(),
    /** Why the file that was asked for is not in use, and the built-in one is. */
    error: z.string().nullable(),
  }),
});
export type TrackerState = z.infer<typeof trackerStateSchema>;

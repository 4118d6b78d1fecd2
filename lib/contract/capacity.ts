import * as z from 'zod';

export const capacityQuerySchema = z.strictObject({
  /** What the operator knows of the line; otherwise what the network card says. */
  linkMbps: z
    .number('must be a number of Mbit/s from 1 to 400000')
    .min(1, 'must be at least 1 Mbit/s')
    .max(400_000, 'must be at most 400000 Mbit/s')
    .optional(),
});

/** What this server can carry, and the settings that follow. */
export const capacityReportSchema = z.object({
  host: z.object({ cores: z.number(), memoryBytes: z.number(), linkMbps: z.number().nullable() }),
  /** Taken from this very fleet, when enough people are connected to tell; otherwise null and a rule of thumb holds. */
  measured: z
    .object({
      clients: z.number(),
      memoryPerClientBytes: z.number(),
      /** Percent of one core. */
      cpuPerClientPercent: z.number(),
      mbpsPerClient: z.number(),
    })
    .nullable(),
  /** People at once: a cautious figure and the most to hope for. */
  clients: z.object({ likely: z.number(), most: z.number() }),
  limitedBy: z.enum(['memory', 'cpu', 'link']),
  /** What to set. */
  stations: z.number(),
  clientsPerStation: z.number(),
  /** More stations than this do not fit into memory. */
  stationsMost: z.number(),
  /** The sum, step by step, for people. */
  arithmetic: z.array(z.string()),
});
export type CapacityReport = z.infer<typeof capacityReportSchema>;

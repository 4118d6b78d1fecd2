/** From an older manager to this one and back: what was found, what would happen, how far it is. */
import * as z from 'zod';
import { fleetSettingsSchema, stationOverrideSchema } from './settings.ts';

const keyState = z.enum(['sound', 'missing', 'empty', 'invalid', 'unknown']);

/** A station that the older manager runs. */
export const v1StationSchema = z.object({
  /** The number it has here, and keeps. */
  station: z.number(),
  /** Its container. */
  name: z.string(),
  running: z.boolean(),
  image: z.string(),
  network: z.string(),
  volume: z.string().nullable(),
  maxClients: z.number().nullable(),
  bandwidthMbps: z.number().nullable(),
  keyState,
  proxyId: z.string().nullable(),
  /** Why it stays where it is; null when it can be taken over. */
  obstacle: z.string().nullable(),
});
export type V1Station = z.infer<typeof v1StationSchema>;

/** A volume with a key that no container uses. */
export const orphanVolumeSchema = z.object({
  volume: z.string(),
  /** The station that will live on it, when the fleet is that large. */
  station: z.number(),
  keyState,
  proxyId: z.string().nullable(),
  /** Why it is left alone; null when a station will live on it. */
  obstacle: z.string().nullable(),
});
export type OrphanVolume = z.infer<typeof orphanVolumeSchema>;

/** A file, link or line of the older manager outside its own directory. */
export const traceSchema = z.object({
  path: z.string(),
  what: z.string(),
  /**
   * `remove`: archived and taken away, put back by a rollback; `lines`: only its lines; `replace`: ours takes its place;
   * `copy`: a copy is kept, it stays; `keep`: left alone.
   */
  action: z.enum(['remove', 'lines', 'replace', 'copy', 'keep']),
});
export type Trace = z.infer<typeof traceSchema>;

/** What the tracker of v1.x left; addresses are counted, never read out. */
export const v1TrafficSchema = z.object({
  path: z.string(),
  /** Countries of the lifetime totals. */
  countries: z.number(),
  uploadedBytes: z.number(),
  downloadedBytes: z.number(),
  /** Names that are no country's; their bytes are kept under `unknown`. */
  unmapped: z.array(z.string()),
  /** What its figures of South Korea hold besides; a trait of the old tracker. */
  mixesKoreas: z.boolean(),
  /** Whole months that can be told, such as `2025-11`, and archives whose month cannot, since the one before is missing. */
  months: z.array(z.string()),
  monthsWithout: z.array(z.string()),
  /** Moments of which it wrote down users or running stations. */
  samples: z.number(),
  /** Lines that could not be read. */
  damagedLines: z.number(),
  /** Files with client addresses, and how many lines they have. */
  addressFiles: z.array(z.object({ path: z.string(), lines: z.number() })),
});
export type V1Traffic = z.infer<typeof v1TrafficSchema>;

export const v1SettingsSchema = z.object({
  path: z.string(),
  /** What becomes the fleet's settings. */
  fleet: fleetSettingsSchema
    .pick({ maxClients: true, bandwidthMbps: true, cpus: true, memoryMb: true })
    .partial(),
  /** By station number. */
  overrides: z.record(z.string(), stationOverrideSchema),
  count: z.number().nullable(),
  dataCapGb: z.number().nullable(),
  /** Whether messages were set up; the token itself is never shown. */
  telegram: z.boolean(),
});
export type V1Settings = z.infer<typeof v1SettingsSchema>;

/** What a manager of v1.x had estimated, by month and by moment; shown beside our own figures, never added. */
export const legacyHistorySchema = z.object({
  /** Oldest first. */
  months: z.array(
    z.object({
      month: z.string(),
      countries: z.number(),
      uploadedBytes: z.number(),
      downloadedBytes: z.number(),
    }),
  ),
  /** By the file they stood in; each in the order of time, milliseconds since the epoch. */
  connections: z.array(z.object({ at: z.number(), connected: z.number(), connecting: z.number() })),
  /** Only where the number changed, or the record was interrupted. */
  uptime: z.array(z.object({ at: z.number(), running: z.number() })),
  reports: z.array(
    z.object({
      at: z.number(),
      connected: z.number(),
      running: z.number(),
      /** Both ways, since the report before; null for the first. */
      bytes: z.number().nullable(),
    }),
  ),
});
export type LegacyHistory = z.infer<typeof legacyHistorySchema>;

export const migrationStateSchema = z.object({
  /** When it began; also its directory's name. */
  id: z.string(),
  state: z.enum(['running', 'migrated', 'rolling-back', 'rolled-back']),
  startedAt: z.number(),
  count: z.number(),
  /** Where keys and files of before are kept. */
  directory: z.string(),
  stations: z.array(
    z.object({ station: z.number(), name: z.string(), proxyId: z.string().nullable(), done: z.boolean() }),
  ),
});
export type MigrationState = z.infer<typeof migrationStateSchema>;

export const migrationReportSchema = z.object({
  /** Whether there is anything of an older manager to take over. */
  found: z.boolean(),
  /** Which one, in words; null when none. */
  manager: z.string().nullable(),
  stations: z.array(v1StationSchema),
  orphans: z.array(orphanVolumeSchema),
  traces: z.array(traceSchema),
  settings: v1SettingsSchema.nullable(),
  traffic: v1TrafficSchema.nullable(),
  /** What cannot be carried over, each with the reason. */
  notCarried: z.array(z.object({ what: z.string(), why: z.string() })),
  /** What would be done, in order. */
  steps: z.array(z.string()),
  /** How many stations are proposed. */
  proposedCount: z.number(),
  /** Why it cannot begin now; null when it can. */
  obstacle: z.string().nullable(),
  /** The newest migration of this server. */
  migration: migrationStateSchema.nullable(),
});
export type MigrationReport = z.infer<typeof migrationReportSchema>;

export const migrationStartSchema = z.strictObject({
  count: fleetSettingsSchema.shape.count.optional(),
  image: fleetSettingsSchema.shape.image.optional(),
  /** Overwrites and removes the files with client addresses when everything else is done. */
  shredAddresses: z.boolean().default(false),
});
export type MigrationStart = z.infer<typeof migrationStartSchema>;

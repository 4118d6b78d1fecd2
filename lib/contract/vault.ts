/** The vault: every station's key and the settings in one encrypted file, and which identity each station has. */
import * as z from 'zod';
import { stationIndexSchema } from './fleet.ts';
import { passwordAgainSchema } from './identity.ts';

export const vaultPassphraseSchema = z
  .string()
  .min(12, 'must have at least 12 characters; four or five words are good')
  .max(256, 'must have at most 256 characters');

/** Name of an archive in the vault's folder. */
export const archiveIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,110}\.age$/,
    'must be the name of an archive as `conduit vault list` shows it',
  );

/** As the engine allows it. */
const volumeSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/, 'must be the name of a volume');

export const vaultScheduleSchema = z.strictObject({
  /** Every this many hours; 0 is never. */
  everyHours: z
    .int('must be a whole number of hours from 1 to 720, or 0 for never')
    .min(0, 'must be at least 1, or 0 for never')
    .max(720, 'must be at most 720, 30 days'),
  /** How many scheduled archives are kept. */
  keep: z
    .int('must be a whole number from 1 to 365')
    .min(1, 'must be at least 1')
    .max(365, 'must be at most 365'),
  history: z.boolean(),
});
export type VaultSchedule = z.infer<typeof vaultScheduleSchema>;
export const DEFAULT_VAULT_SCHEDULE: VaultSchedule = { everyHours: 0, keep: 14, history: false };

export const vaultArchiveSchema = z.object({
  id: archiveIdSchema,
  /** When it was made, or brought here. */
  at: z.number(),
  bytes: z.number(),
  /** `manual` and `scheduled` were made here, `brought` came from elsewhere. */
  kind: z.enum(['manual', 'scheduled', 'brought']),
});
export type VaultArchive = z.infer<typeof vaultArchiveSchema>;

/** A station's identity as it was seen. */
export const ledgerEntrySchema = z.object({
  /** Null for a volume that no station lives on. */
  station: stationIndexSchema.nullable(),
  volume: z.string(),
  proxyId: z.string(),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
  /** Whether the fleet wants this station; the key of another one waits in its volume. */
  wanted: z.boolean(),
  /** What is wrong with it; null when nothing is. */
  alarm: z.string().nullable(),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

export const vaultStateSchema = z.object({
  /** Folder of the archives on the server. */
  directory: z.string(),
  archives: z.array(vaultArchiveSchema),
  schedule: vaultScheduleSchema,
  /** Whether scheduled archives have a passphrase; it is never told. */
  hasPassphrase: z.boolean(),
  lastScheduledAt: z.number().nullable(),
  /** Why the last scheduled archive could not be made; null when it could. */
  failure: z.string().nullable(),
  ledger: z.array(ledgerEntrySchema),
});
export type VaultState = z.infer<typeof vaultStateSchema>;

/** One key of an archive. */
export const archivedKeySchema = z.object({
  station: stationIndexSchema.nullable(),
  volume: volumeSchema,
  proxyId: z.string(),
  /** SHA-256 of the public key. */
  fingerprint: z.string(),
});
export type ArchivedKey = z.infer<typeof archivedKeySchema>;

/** What a station's volume holds now. */
export const slotSchema = z.object({
  station: stationIndexSchema,
  /** Null, as the fingerprint is, when its key file is there and damaged. */
  proxyId: z.string().nullable(),
  fingerprint: z.string().nullable(),
});
export type Slot = z.infer<typeof slotSchema>;

export const archiveContentSchema = z.object({
  createdAt: z.number(),
  keys: z.array(archivedKeySchema),
  /** Every slot of this server that holds a key file now. */
  slots: z.array(slotSchema),
  /** Of the fleet in the archive's settings; null when those are of a version that this one does not understand. */
  fleet: z.object({ count: z.number(), image: z.string() }).nullable(),
  /** Stations the fleet of this server wants now. */
  count: z.number(),
  history: z.boolean(),
});
export type ArchiveContent = z.infer<typeof archiveContentSchema>;

/** The key of a volume in the archive goes into the volume of a station here. */
export const placementSchema = z.strictObject({ volume: volumeSchema, to: stationIndexSchema });
export type Placement = z.infer<typeof placementSchema>;

export const vaultCreateSchema = z.strictObject({
  passphrase: vaultPassphraseSchema,
  password: passwordAgainSchema,
  history: z.boolean().default(false),
});
export type VaultCreate = z.infer<typeof vaultCreateSchema>;
export const archiveReferenceSchema = z.strictObject({ id: archiveIdSchema });
export const vaultOpenSchema = archiveReferenceSchema.extend({
  passphrase: z.string().min(1, 'is missing').max(256, 'must have at most 256 characters'),
});
export const vaultRestoreSchema = vaultOpenSchema.extend({
  /** What goes where; every key into the slot of its own number when left out. */
  placements: z.array(placementSchema).max(10_000).optional(),
  /** Whether a slot may lose another identity; that one is kept beside the backups. */
  replace: z.boolean().default(false),
  /** The settings of the archive too: the same stations come up. */
  settings: z.boolean().default(false),
  /** The history of the archive too: what lies before the moment this server began to count itself. */
  history: z.boolean().default(false),
});
export type VaultRestore = z.output<typeof vaultRestoreSchema>;
export const vaultScheduleChangeSchema = vaultScheduleSchema
  .partial()
  .extend({ passphrase: vaultPassphraseSchema.optional(), password: passwordAgainSchema });
export type VaultScheduleChange = z.infer<typeof vaultScheduleChangeSchema>;

/** What one part of an archive may weigh on its way here, so that it fits into one request. */
export const PART_BYTES = 384 * 1024;
/** An archive from elsewhere comes in parts, in order. */
export const vaultPutSchema = z.strictObject({
  /** Chosen by who sends it; the same for all parts. */
  upload: z.string().regex(/^[a-z0-9]{16,40}$/, 'must be 16 to 40 small letters or digits'),
  /** What came before, bytes. */
  offset: z.int().min(0),
  content: z.base64().max(Math.ceil(PART_BYTES / 3) * 4, 'must have at most 384 KB a part'),
  /** With the last part: what the archive is to be called. */
  name: z.string().max(255).optional(),
});
export type VaultPut = z.infer<typeof vaultPutSchema>;
/** Of an archive on its way out. */
export const vaultPartSchema = z.object({ content: z.string() });

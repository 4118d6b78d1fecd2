/** The vault: every station's key and the settings in one encrypted file, and which identity each station has. */
import { z } from 'zod';
import { stationIndexSchema } from './fleet.ts';
import { passwordSchema } from './identity.ts';

export const vaultPassphraseSchema = z
  .string()
  .min(12, 'must have at least 12 characters; four or five words are good')
  .max(256, 'must have at most 256 characters');

/** Name of an archive in the vault's folder. */
export const archiveIdSchema = z
  .string()
  .max(120)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.age$/, 'must be the name of an archive in the vault, such as conduit-2026-11-24.age');

export const vaultScheduleSchema = z.strictObject({
  /** Every this many hours; 0 is never. */
  everyHours: z.int('must be a whole number of hours from 1 to 720, or 0 for never').min(0, 'must be at least 0').max(720, 'must be at most 720, 30 days'),
  /** How many scheduled archives are kept. */
  keep: z.int('must be a whole number from 1 to 365').min(1, 'must be at least 1').max(365, 'must be at most 365'),
  history: z.boolean(),
});
export type VaultSchedule = z.infer<typeof vaultScheduleSchema>;
export const DEFAULT_VAULT_SCHEDULE: VaultSchedule = { everyHours: 0, keep: 14, history: false };

export const vaultArchiveSchema = z.object({
  id: archiveIdSchema,
  createdAt: z.number(),
  bytes: z.number(),
  /** `manual` and `scheduled` were made here, `brought` was put there. */
  kind: z.enum(['manual', 'scheduled', 'brought']),
});
export type VaultArchive = z.infer<typeof vaultArchiveSchema>;

/** A station's identity as it was seen. */
export const ledgerEntrySchema = z.object({
  station: stationIndexSchema.nullable(),
  volume: z.string(),
  proxyId: z.string(),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
  /** What is wrong with it; null when nothing is. */
  alarm: z.string().nullable(),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

export const vaultStateSchema = z.object({
  directory: z.string(),
  archives: z.array(vaultArchiveSchema),
  schedule: vaultScheduleSchema,
  /** Whether scheduled archives have a passphrase; it is never told. */
  hasPassphrase: z.boolean(),
  /** Why the last scheduled archive could not be made; null when it could. */
  failure: z.string().nullable(),
  ledger: z.array(ledgerEntrySchema),
});
export type VaultState = z.infer<typeof vaultStateSchema>;

/** One key of an archive beside what the slot of that number holds now. */
export const archivedKeySchema = z.object({
  station: stationIndexSchema,
  volume: z.string(),
  proxyId: z.string(),
  /** The Proxy ID that the slot has now; null when it has no key. */
  current: z.string().nullable(),
  /** `same`: nothing to do; `free`: can be restored; `different`: would replace another identity. */
  state: z.enum(['same', 'free', 'different']),
});
export type ArchivedKey = z.infer<typeof archivedKeySchema>;

export const archiveContentSchema = z.object({
  id: archiveIdSchema,
  createdAt: z.number(),
  keys: z.array(archivedKeySchema),
  /** Stations that the fleet had; null when the archive holds no settings. */
  count: z.number().nullable(),
  history: z.boolean(),
});
export type ArchiveContent = z.infer<typeof archiveContentSchema>;

export const vaultCreateSchema = z.strictObject({ passphrase: vaultPassphraseSchema, history: z.boolean().default(false) });
export const vaultOpenSchema = z.strictObject({ id: archiveIdSchema, passphrase: z.string().min(1, 'is missing').max(256) });
export const vaultRestoreSchema = vaultOpenSchema.extend({
  /** Which station of the archive goes into which slot; all, each into its own, when left out. */
  stations: z
    .array(z.strictObject({ from: stationIndexSchema, to: stationIndexSchema }))
    .min(1, 'name at least one station')
    .max(10_000)
    .optional(),
  /** Whether a slot may lose another identity; that one is kept beside the backups. */
  replace: z.boolean().default(false),
  /** The fleet's settings of the archive too: the same stations come up. */
  settings: z.boolean().default(false),
});
export type VaultRestore = z.infer<typeof vaultRestoreSchema>;
export const vaultScheduleChangeSchema = vaultScheduleSchema.partial().extend({ passphrase: vaultPassphraseSchema.optional() });
export type VaultScheduleChange = z.infer<typeof vaultScheduleChangeSchema>;
/** An archive from elsewhere. */
export const vaultPutSchema = z.strictObject({
  id: archiveIdSchema,
  content: z.base64().max(900_000, 'is too large for the page; copy the file to the server and use `sudo conduit restore FILE`'),
});

/** What pairs a station with Ryve: the private key itself. */
export const claimSchema = z.object({
  station: stationIndexSchema,
  proxyId: z.string(),
  link: z.string(),
  /** The link as a QR code, an SVG. */
  qr: z.string(),
});
export type Claim = z.infer<typeof claimSchema>;
export const claimQuerySchema = z.strictObject({
  /** The administrator's, asked for once more; root needs none. */
  password: passwordSchema.or(z.string().max(256)).optional(),
  /** Default all that have a key. */
  stations: z.array(stationIndexSchema).min(1).max(10_000).optional(),
});

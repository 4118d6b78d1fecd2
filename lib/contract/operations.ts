/**
 * The contract: every operation of the agent once, with its access and schemas. The agent's server, the client,
 * the panel and the CLI all derive from this table; nothing is typed twice.
 */
import * as z from 'zod';
import { backupIdSchema, balancerDetailSchema, balancerTrafficSchema } from './balancer.ts';
import { capacityQuerySchema, capacityReportSchema } from './capacity.ts';
import { claimQuerySchema, claimSchema } from './claim.ts';
import { countriesQuerySchema, countriesReportSchema, trackerStateSchema } from './countries.ts';
import { doctorReportSchema } from './doctor.ts';
import { firewallApplySchema, firewallReportSchema } from './firewall.ts';
import {
  desiredFleetSchema,
  fleetChangeSchema,
  fleetPlanSchema,
  logLineSchema,
  stationDetailSchema,
  stationIndexSchema,
  strangerSchema,
} from './fleet.ts';
import {
  historyExportQuerySchema,
  historyExportRowSchema,
  historyLinesQuerySchema,
  historyLinesSchema,
  historyQuerySchema,
  historySeriesSchema,
  historyStateSchema,
  metricsStateSchema,
} from './history.ts';
import { passwordSchema, sessionSchema, tokenSchema, usernameSchema } from './identity.ts';
import { activityEntrySchema, jobEventSchema, jobSchema, jobStateSchema } from './jobs.ts';
import { legacyHistorySchema, migrationReportSchema, migrationStartSchema } from './migration.ts';
import { balancerSettingsSchema, historySettingsSchema, trackerSettingsSchema } from './settings.ts';
import { snapshotSchema } from './snapshot.ts';
import { tuningReportSchema, tuningResultSchema } from './tuning.ts';
import { updateQuerySchema, updateReportSchema, updateStartSchema } from './update.ts';
import {
  archiveContentSchema,
  archiveIdSchema,
  archiveReferenceSchema,
  vaultCreateSchema,
  vaultOpenSchema,
  vaultPartSchema,
  vaultPutSchema,
  vaultRestoreSchema,
  vaultScheduleChangeSchema,
  vaultStateSchema,
} from './vault.ts';

/**
 * Who may call: `open` needs no session (and reveals nothing), `read` and `write` need one on the panel's socket,
 * `root` is served on root's socket only. Root's socket may call everything.
 */
export type Access = 'open' | 'read' | 'write' | 'root';

interface OperationSpec<I extends z.ZodType, O extends z.ZodType, K extends 'call' | 'stream'> {
  access: Access;
  /** A `call` answers once; a `stream` sends one `output` a line until it ends or the caller leaves. */
  kind: K;
  input: I;
  output: O;
}

function call<I extends z.ZodType, O extends z.ZodType>(
  access: Access,
  input: I,
  output: O,
): OperationSpec<I, O, 'call'> {
  return { access, kind: 'call', input, output };
}

function stream<I extends z.ZodType, O extends z.ZodType>(
  access: Access,
  input: I,
  output: O,
): OperationSpec<I, O, 'stream'> {
  return { access, kind: 'stream', input, output };
}

const nothing = z.strictObject({});
const done = z.object({ ok: z.literal(true) });
const jobReference = z.object({ jobId: z.string() });
const stationList = z.strictObject({
  stations: z.array(stationIndexSchema).min(1, 'name at least one station').max(10_000),
});
/** For this change alone; otherwise the balancer's setting holds. */
const drainSeconds = balancerSettingsSchema.shape.drainSeconds.optional();
const backupReference = z.strictObject({ id: backupIdSchema });
const jobId = z.strictObject({ id: z.string().regex(/^[a-z0-9-]{8,40}$/, 'is not a job id') });

export const operations = {
  'activity.list': call(
    'read',
    z.strictObject({ limit: z.int().min(1).max(500).default(100), before: z.int().min(1).optional() }),
    z.object({ entries: z.array(activityEntrySchema), more: z.boolean() }),
  ),
  'admin.resetPassword': call(
    'root',
    z.strictObject({ username: usernameSchema.optional(), password: passwordSchema }),
    z.object({ username: z.string() }),
  ),
  'agent.get': call(
    'root',
    nothing,
    z.object({ version: z.string(), pid: z.number(), startedAt: z.number(), rssBytes: z.number() }),
  ),
  /** Writes the wanted configuration again, over whatever is live, and follows the fleet from then on. */
  'balancer.apply': call('write', nothing, balancerDetailSchema),
  /** One earlier configuration, whole. */
  'balancer.backup': call('read', backupReference, z.object({ id: z.string(), text: z.string() })),
  'balancer.configure': call('write', balancerSettingsSchema.partial(), balancerDetailSchema),
  'balancer.get': call('read', nothing, balancerDetailSchema),
  /** Tells nginx to read its file again, whoever wrote it; refused when the file does not pass its test. */
  'balancer.reload': call('write', nothing, balancerDetailSchema),
  /** Makes an earlier configuration live and holds it: the fleet is not followed until `balancer.apply`. */
  'balancer.restore': call('write', backupReference, balancerDetailSchema),
  'balancer.stop': call('root', nothing, done),
  /** Asks nginx whether it would take the wanted configuration; nothing changes. */
  'balancer.test': call('read', nothing, z.object({ ok: z.boolean(), message: z.string() })),
  'balancer.traffic': call('read', nothing, balancerTrafficSchema),
  /** How many stations and people this server carries, and why. */
  'capacity.get': call('read', capacityQuerySchema, capacityReportSchema),
  /** Whom the fleet serves, now or in a range, by one source. */
  'countries.get': call('read', countriesQuerySchema, countriesReportSchema),
  /** Looks at the server and everything on it; changes nothing, answers within 5 s. */
  // What gets out of the stations need not be asked again when that went well minutes ago.
  'doctor.get': call('read', z.strictObject({ reuseProbe: z.boolean().optional() }), doctorReportSchema),
  /** Lets in what is missing, through ufw; SSH first. */
  'firewall.apply': call('write', firewallApplySchema, firewallReportSchema),
  'firewall.get': call('read', nothing, firewallReportSchema),
  /** Takes out again what `firewall.apply` put in. */
  'firewall.revert': call('write', nothing, firewallReportSchema),
  /** Saves a change and starts the job that moves the fleet there. */
  'fleet.apply': call('write', fleetChangeSchema.extend({ drainSeconds }), jobReference),
  'fleet.get': call('read', nothing, desiredFleetSchema.extend({ strangers: z.array(strangerSchema) })),
  'fleet.plan': call('read', fleetChangeSchema, fleetPlanSchema),
  /** Stops and removes every container of the fleet and stops the balancer; volumes and settings stay. */
  'fleet.takeDown': call('root', nothing, jobReference),
  'history.configure': call('write', historySettingsSchema.partial(), historyStateSchema),
  'history.export': stream('read', historyExportQuerySchema, historyExportRowSchema),
  'history.get': call('read', nothing, historyStateSchema),
  'history.lines': call('read', historyLinesQuerySchema, historyLinesSchema),
  'history.query': call('read', historyQuerySchema, historySeriesSchema),
  'job.cancel': call('write', jobId, jobSchema),
  'job.get': call('read', jobId, jobSchema),
  'job.list': call(
    'read',
    z.strictObject({ limit: z.int().min(1).max(200).default(50), state: jobStateSchema.optional() }),
    z.object({ jobs: z.array(jobSchema) }),
  ),
  'job.watch': stream('read', jobId, jobEventSchema),
  /** A new token for whoever scrapes our figures; the one before it ends. It is shown once and kept as a hash. */
  'metrics.createToken': call('write', nothing, z.object({ token: tokenSchema })),
  'metrics.get': call('read', nothing, metricsStateSchema),
  'metrics.removeToken': call('write', nothing, done),
  /** Everything in the Prometheus text format; root needs no token. */
  'metrics.scrape': call(
    'open',
    z.strictObject({ token: tokenSchema.optional() }),
    z.object({ text: z.string() }),
  ),
  /** What an older manager left on this server, and what would happen; changes nothing. */
  'migration.get': call('read', nothing, migrationReportSchema),
  /** What the older manager had estimated over time; a source of its own, never added to ours. */
  'migration.history': call('read', nothing, legacyHistorySchema),
  /** Puts back what `migration.start` changed. */
  'migration.rollBack': call('write', nothing, jobReference),
  /** Takes the stations of an older manager over, or goes on where that was interrupted. */
  'migration.start': call('write', migrationStartSchema, jobReference),
  'session.create': call(
    'open',
    z.strictObject({ username: z.string().max(64), password: z.string().max(256) }),
    sessionSchema,
  ),
  'session.end': call('read', nothing, done),
  'session.get': call('read', nothing, z.object({ username: z.string(), expiresAt: z.number() })),
  'setup.complete': call(
    'open',
    z.strictObject({ token: tokenSchema, username: usernameSchema, password: passwordSchema }),
    sessionSchema,
  ),
  'setup.createLink': call('root', nothing, z.object({ token: tokenSchema, expiresAt: z.number() })),
  /** `needed` is true until an administrator exists. */
  'setup.get': call('open', nothing, z.object({ needed: z.boolean(), version: z.string() })),
  'snapshot.get': call('read', nothing, snapshotSchema),
  'snapshot.watch': stream('read', nothing, snapshotSchema),
  /** What pairs stations with Ryve. It shows private keys, so the password is asked for once more. */
  'station.claim': call('write', claimQuerySchema, z.object({ claims: z.array(claimSchema) })),
  /** Gives up the identity these stations had: a key that is lost for good no longer holds them back. */
  'station.forgetKey': call('write', stationList, done),
  'station.get': call('read', z.strictObject({ station: stationIndexSchema }), stationDetailSchema),
  'station.logs': stream(
    'read',
    z.strictObject({
      station: stationIndexSchema,
      tail: z.int().min(0).max(5000).default(200),
      follow: z.boolean().default(true),
    }),
    logLineSchema,
  ),
  'station.restart': call('write', stationList.extend({ drainSeconds }), jobReference),
  'station.start': call('write', stationList, jobReference),
  'station.stop': call('write', stationList.extend({ drainSeconds }), jobReference),
  'tracker.configure': call('write', trackerSettingsSchema.partial(), trackerStateSchema),
  'tracker.get': call('read', nothing, trackerStateSchema),
  /** Sets the kernel's parameters and keeps them over restarts; what was there before is noted first. */
  'tuning.apply': call('write', nothing, tuningResultSchema),
  'tuning.get': call('read', nothing, tuningReportSchema),
  /** Puts back exactly what was there before the first apply. */
  'tuning.revert': call('write', nothing, tuningResultSchema),
  /** Pulls an image and asks it what it understands; no station is touched. */
  'update.fetch': call('write', updateQuerySchema, jobReference),
  /** What another image would change. */
  'update.get': call('read', updateQuerySchema, updateReportSchema),
  /** Tries an image on one station and then rolls it out; the one of before comes back where it fails. */
  'update.start': call('write', updateStartSchema, jobReference),
  /** Seals every key and the settings with a passphrase; the history too, on wish. */
  'vault.create': call('write', vaultCreateSchema, jobReference.extend({ id: archiveIdSchema })),
  'vault.download': stream('read', archiveReferenceSchema, vaultPartSchema),
  /** The ledger gives up the identity that this volume had, and takes what is there now. */
  'vault.forget': call('write', z.strictObject({ volume: z.string().min(1).max(255) }), done),
  'vault.get': call('read', nothing, vaultStateSchema),
  /** What an archive holds beside what is here now; changes nothing. */
  'vault.open': call('write', vaultOpenSchema, archiveContentSchema),
  /** One part of an archive from elsewhere; `id` comes with the last. */
  'vault.put': call('write', vaultPutSchema, z.object({ id: archiveIdSchema.nullable() })),
  'vault.remove': call('write', archiveReferenceSchema, done),
  'vault.restore': call('write', vaultRestoreSchema, jobReference),
  'vault.schedule': call('write', vaultScheduleChangeSchema, vaultStateSchema),
} as const satisfies Record<string, OperationSpec<z.ZodType, z.ZodType, 'call' | 'stream'>>;

export type OperationName = keyof typeof operations;
export type CallName = {
  [N in OperationName]: (typeof operations)[N]['kind'] extends 'call' ? N : never;
}[OperationName];
export type StreamName = Exclude<OperationName, CallName>;
/** What a caller passes: defaults may be left out. */
export type Input<N extends OperationName> = z.input<(typeof operations)[N]['input']>;
/** What an operation receives: parsed, defaults filled in. */
export type Parsed<N extends OperationName> = z.output<(typeof operations)[N]['input']>;
export type Output<N extends OperationName> = z.output<(typeof operations)[N]['output']>;

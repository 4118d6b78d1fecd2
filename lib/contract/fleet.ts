import * as z from 'zod';
import { fleetSettingsSchema, stationOverrideSchema } from './settings.ts';

/** Desired fleet, the plan that leads to it, and one station in detail. */

export const stationIndexSchema = z.int('must be a station number').min(1, 'must be at least 1').max(10_000);

/** Overrides by station number; a station without an entry follows the fleet. JSON object keys: "1", "2", … */
export const overridesSchema = z.record(z.string().regex(/^[1-9]\d{0,4}$/), stationOverrideSchema);
export type Overrides = z.infer<typeof overridesSchema>;

/** What the name of an image led to when it was last proven: stations are made from this content until an update. */
export const provenImageSchema = z.object({
  reference: z.string(),
  /** Content id on this machine. */
  id: z.string(),
  /** `sha256:…` by which a registry has it; null for an image made here. */
  digest: z.string().nullable(),
});
export type ProvenImage = z.infer<typeof provenImageSchema>;

export const desiredFleetSchema = z.object({
  /** False until the first apply: nothing runs and nothing is created before the operator says so. */
  active: z.boolean(),
  settings: fleetSettingsSchema,
  overrides: overridesSchema,
  /** Counts for the image of its name only: another name in the settings is another image. */
  proven: provenImageSchema.optional(),
  /** One station tries another image. Never written down, so that a crash ends the trial. */
  trial: provenImageSchema.extend({ station: stationIndexSchema }).optional(),
});
export type DesiredFleet = z.infer<typeof desiredFleetSchema>;

/** A change: only what is named changes. An override of null removes that station's override. */
export const fleetChangeSchema = z.strictObject({
  settings: fleetSettingsSchema.partial().optional(),
  overrides: z.record(z.string().regex(/^[1-9]\d{0,4}$/), stationOverrideSchema.nullable()).optional(),
});
export type FleetChange = z.infer<typeof fleetChangeSchema>;

export const planActionSchema = z.enum([
  'create', // no container yet
  'recreate', // the command line, image, network or ports differ
  'update', // CPU and memory change in place
  'start', // exists as wanted, but is not running
  'stop', // the operator wants this station stopped
  'remove', // above the wanted count; the volume stays
  'blocked', // may not be started: its key is missing or damaged, or a stranger has its name
]);
export type PlanAction = z.infer<typeof planActionSchema>;

export const planStepSchema = z.object({
  action: planActionSchema,
  index: stationIndexSchema,
  name: z.string(),
  /** One sentence for people. */
  reason: z.string(),
  changes: z.array(z.object({ field: z.string(), from: z.string(), to: z.string() })),
  /** Clients connected to this station now that this step disconnects. */
  disconnects: z.number(),
});
export type PlanStep = z.infer<typeof planStepSchema>;

export const fleetPlanSchema = z.object({
  steps: z.array(planStepSchema),
  summary: z.object({
    created: z.number(),
    recreated: z.number(),
    updated: z.number(),
    started: z.number(),
    stopped: z.number(),
    removed: z.number(),
    blocked: z.number(),
    unchanged: z.number(),
  }),
  disconnects: z.number(),
  /** Things worth knowing before saying yes, each a sentence. */
  notes: z.array(z.string()),
});
export type FleetPlan = z.infer<typeof fleetPlanSchema>;

/** A container named like ours that we did not create: shown, never removed without being told. */
export const strangerSchema = z.object({ name: z.string(), image: z.string(), state: z.string() });
export type Stranger = z.infer<typeof strangerSchema>;

export const stationDetailSchema = z.object({
  index: stationIndexSchema,
  name: z.string(),
  containerId: z.string().nullable(),
  image: z.string(),
  imageDigest: z.string().nullable(),
  /** `january`, `february` or `ssmirr`, read from the image's own help. */
  dialect: z.string().nullable(),
  command: z.array(z.string()),
  volume: z.string(),
  proxyId: z.string().nullable(),
  keyState: z.enum(['sound', 'absent', 'missing', 'empty', 'invalid', 'changed', 'unknown']),
  createdAt: z.number().nullable(),
  settings: fleetSettingsSchema.pick({
    maxClients: true,
    bandwidthMbps: true,
    cpus: true,
    memoryMb: true,
    openFiles: true,
  }),
  override: stationOverrideSchema,
  notes: z.array(z.string()),
});
export type StationDetail = z.infer<typeof stationDetailSchema>;

export const logLineSchema = z.object({
  at: z.number().nullable(),
  stream: z.enum(['stdout', 'stderr']),
  text: z.string(),
  /** `noise` lines look like errors and are normal. */
  kind: z.enum(['info', 'stats', 'warning', 'error', 'noise']),
});
export type LogLine = z.infer<typeof logLineSchema>;

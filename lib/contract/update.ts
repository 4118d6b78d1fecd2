/** Another image for the stations: what would change, and the change itself. */
import * as z from 'zod';
import { fleetSettingsSchema } from './settings.ts';

const image = fleetSettingsSchema.shape.image;

export const imageStateSchema = z.object({
  reference: z.string(),
  /** Content id on this machine. */
  id: z.string(),
  /** `sha256:…` by which a registry has it; null for an image made here. */
  digest: z.string().nullable(),
  /** What the image calls itself; null when it does not. */
  version: z.string().nullable(),
  createdAt: z.number().nullable(),
  /** `january`, `february` or `ssmirr`: which command line it understands. */
  dialect: z.string(),
});
export type ImageState = z.infer<typeof imageStateSchema>;

export const updateReportSchema = z.object({
  /** What stations are made from; null when it is not on this machine. */
  current: imageStateSchema.nullable(),
  /** What the name leads to on this machine; null when it is not here: fetch it first. */
  candidate: imageStateSchema.nullable(),
  /** The name it was asked by. */
  reference: z.string(),
  /** What is different for a station, besides the program itself. */
  changes: z.array(z.object({ what: z.string(), from: z.string(), to: z.string() })),
  /** The station that tries it first. */
  canary: z.object({ station: z.number(), name: z.string(), connected: z.number() }).nullable(),
  /** Stations that would be replaced, and who is connected to them. */
  stations: z.number(),
  connected: z.number(),
  /** Why it cannot begin; null when it can, or when there is nothing to do. */
  obstacle: z.string().nullable(),
  /** Worth knowing before saying yes, each a sentence. */
  notes: z.array(z.string()),
});
export type UpdateReport = z.infer<typeof updateReportSchema>;

/** Default: the image of the settings. */
export const updateQuerySchema = z.strictObject({ image: image.optional() });

const seconds = (least: number, most: number) =>
  z
    .int(`must be a whole number of seconds from ${least} to ${most}`)
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`);

export const updateStartSchema = updateQuerySchema.extend({
  /** The content that was shown: another one is not put in its place unseen. */
  id: z.string().regex(/^sha256:[a-f0-9]{64}$/, 'must be the id of an image, sha256:…'),
  drainSeconds: seconds(0, 86_400).optional(),
  /** How long a station may take until it is live. */
  liveSeconds: seconds(5, 3600).default(180),
  /** How long the first one must then stay well. */
  steadySeconds: seconds(0, 3600).default(30),
});
export type UpdateStart = z.infer<typeof updateStartSchema>;

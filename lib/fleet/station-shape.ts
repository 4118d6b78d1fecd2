/** What a station was made with, written on its container: read back for plans and for what runs now. */
import * as z from 'zod';
import type { PlanStep } from '../contract/fleet.ts';
import { networkModeSchema } from '../contract/settings.ts';
import { SHAPE_LABEL } from './names.ts';

const shapeSchema = z.object({
  image: z.string(),
  dialect: z.string(),
  maxClients: z.number(),
  bandwidthMbps: z.number(),
  networkMode: networkModeSchema,
  /** On the fleet's bridge; null on the host's network. */
  address: z.string().nullable(),
  loopbackPort: z.number().nullable(),
  /** As asked for; the engine may give less. */
  openFiles: z.number(),
  /** `host:port` as the agent reaches it. */
  metricsEndpoint: z.string().nullable(),
});
export type StationShape = z.infer<typeof shapeSchema>;

const FIELDS = {
  image: 'image',
  dialect: 'dialect',
  maxClients: 'maxClients',
  bandwidthMbps: 'bandwidthMbps',
  networkMode: 'networkMode',
  address: 'address',
  loopbackPort: 'loopbackPort',
  openFiles: 'openFiles',
} as const satisfies Partial<Record<keyof StationShape, string>>;

export function shapeLabel(shape: StationShape): string {
  return JSON.stringify(shape);
}

/** @returns null when the label is missing or of another version */
export function readShape(labels: Record<string, string>): StationShape | null {
  try {
    return shapeSchema.safeParse(JSON.parse(labels[SHAPE_LABEL] ?? 'null')).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The settings that differ, by the names they have in the settings; empty when either side is not known. */
export function shapeChanges(from: StationShape | null, to: StationShape | null): PlanStep['changes'] {
  if (from === null || to === null) return [];
  return Object.entries(FIELDS).flatMap(([key, field]) => {
    const [before, after] = [from[key as keyof StationShape], to[key as keyof StationShape]];
    return before === after ? [] : [{ field, from: valueText(field, before), to: valueText(field, after) }];
  });
}

function valueText(field: string, value: string | number | null): string {
  if (field === 'bandwidthMbps' && value === -1) return 'unlimited';
  return value === null ? 'none' : String(value);
}

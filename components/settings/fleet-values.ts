/** Between what is typed and what the contract takes. Pure. */
import { fieldErrors } from '../../lib/contract/fields.ts';
import { type FleetSettings, fleetSettingsSchema } from '../../lib/contract/settings.ts';

/** How the station's program, and the contract with it, writes "no limit" of bandwidth. */
export const UNLIMITED = '-1';

/** Every field as the form holds it: text, or on/off. */
export type FleetValues = { [K in keyof FleetSettings]: FleetSettings[K] extends boolean ? boolean : string };

export function toValues(settings: FleetSettings): FleetValues {
  const text = (value: number | null) => (value === null ? '' : String(value));
  return {
    count: text(settings.count),
    image: settings.image,
    networkMode: settings.networkMode,
    maxClients: text(settings.maxClients),
    bandwidthMbps: text(settings.bandwidthMbps),
    cpus: text(settings.cpus),
    memoryMb: text(settings.memoryMb),
    openFiles: text(settings.openFiles),
    loopbackPorts: settings.loopbackPorts,
    loopbackPortBase: text(settings.loopbackPortBase),
    metricsPortBase: text(settings.metricsPortBase),
    hungRestartSeconds: text(settings.hungRestartSeconds),
    hungRestartsPerHour: text(settings.hungRestartsPerHour),
  };
}

export type Parsed =
  | { ok: true; settings: FleetSettings }
  | { ok: false; errors: { field: keyof FleetValues; message: string }[] };

/** Reads the form with the contract's own limits and words; an empty limit is none. */
export function parseValues(values: FleetValues): Parsed {
  const number = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));
  const limit = (text: string) => (text.trim() === '' ? null : Number(text));
  const parsed = fleetSettingsSchema.safeParse({
    count: number(values.count),
    image: values.image.trim(),
    networkMode: values.networkMode,
    maxClients: number(values.maxClients),
    bandwidthMbps: number(values.bandwidthMbps),
    cpus: limit(values.cpus),
    memoryMb: limit(values.memoryMb),
    openFiles: number(values.openFiles),
    loopbackPorts: values.loopbackPorts,
    loopbackPortBase: number(values.loopbackPortBase),
    metricsPortBase: number(values.metricsPortBase),
    hungRestartSeconds: number(values.hungRestartSeconds),
    hungRestartsPerHour: number(values.hungRestartsPerHour),
  });
  if (parsed.success) return { ok: true, settings: parsed.data };
  return {
    ok: false,
    errors: fieldErrors(parsed.error).map(({ field, message }) => ({
      field: field as keyof FleetValues,
      message,
    })),
  };
}

/** Only what differs, so that a form left open for a day takes nothing back that was changed elsewhere. */
export function changedSettings(before: FleetSettings, after: FleetSettings): Partial<FleetSettings> {
  return Object.fromEntries(
    Object.entries(after).filter(([key, value]) => before[key as keyof FleetSettings] !== value),
  );
}

/** What all clients together could take at most, in Mbit/s; null is unlimited. */
export function worstCaseMbps({
  count,
  maxClients,
  bandwidthMbps,
}: Pick<FleetSettings, 'count' | 'maxClients' | 'bandwidthMbps'>): number | null {
  return bandwidthMbps === -1 ? null : count * maxClients * bandwidthMbps;
}

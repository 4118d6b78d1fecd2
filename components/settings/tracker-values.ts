/** Between what is typed about the tracker and what the contract takes. Pure. */
import { fieldErrors } from '../../lib/contract/fields.ts';
import { type TrackerSettings, trackerSettingsSchema } from '../../lib/contract/settings.ts';

export interface TrackerValues {
  preset: string;
  capture: string;
  interface: string;
  geoipPath: string;
  foldBelow: string;
}

export interface TrackerFieldError {
  field: keyof TrackerValues;
  message: string;
}

export function toTrackerValues(settings: TrackerSettings): TrackerValues {
  return {
    preset: settings.preset,
    capture: settings.capture,
    interface: settings.interface ?? '',
    geoipPath: settings.geoipPath ?? '',
    foldBelow: String(settings.foldBelow),
  };
}

/** Reads the form with the contract's own limits and words. */
export function parseTrackerValues(
  values: TrackerValues,
): { ok: true; settings: TrackerSettings } | { ok: false; errors: TrackerFieldError[] } {
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim());
  const parsed = trackerSettingsSchema.safeParse({
    preset: values.preset,
    capture: values.capture,
    interface: orNull(values.interface),
    geoipPath: orNull(values.geoipPath),
    foldBelow: values.foldBelow.trim() === '' ? Number.NaN : Number(values.foldBelow),
  });
  if (parsed.success) return { ok: true, settings: parsed.data };
  return { ok: false, errors: fieldErrors(parsed.error) as TrackerFieldError[] };
}

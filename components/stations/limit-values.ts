/** Between what one station's form holds and what the contract takes: empty follows the fleet, `none` is no limit. Pure. */
import type { StationOverride } from '../../lib/contract/settings.ts';

export const NO_LIMIT = 'none';
const LIMITS = ['maxClients', 'bandwidthMbps', 'cpus', 'memoryMb'] as const;
export type LimitDraft = Record<(typeof LIMITS)[number], string>;

export function draftOf(override: StationOverride): LimitDraft {
  const text = (value: number | null | undefined) =>
    value === undefined ? '' : value === null ? NO_LIMIT : String(value);
  return {
    maxClients: text(override.maxClients),
    bandwidthMbps: text(override.bandwidthMbps),
    cpus: text(override.cpus),
    memoryMb: text(override.memoryMb),
  };
}

/** What was typed, to be checked against the contract; whether the station is stopped stays as it is. */
export function overrideOf(draft: LimitDraft, { stopped }: StationOverride): Record<string, unknown> {
  const typed = LIMITS.filter((key) => draft[key].trim() !== '').map((key) => {
    const text = draft[key].trim().toLowerCase();
    return [key, text === NO_LIMIT ? null : Number(text)] as const;
  });
  return { ...Object.fromEntries(typed), ...(stopped ? { stopped: true } : {}) };
}

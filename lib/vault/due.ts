/** When the next scheduled archive is due. Pure. */
import type { VaultSchedule } from '../contract/vault.ts';

const HOUR_MS = 3_600_000;
const AGAIN_MS = 10 * 60_000;

export interface LastArchive {
  at: number | null;
  failure: { at: number } | null;
}

/** @returns milliseconds since the epoch; null when there is no schedule */
export function dueAt(
  { everyHours }: VaultSchedule,
  { at, failure }: LastArchive,
  now: number,
): number | null {
  if (everyHours === 0) return null;
  if (failure !== null) return failure.at > now ? now : failure.at + AGAIN_MS;
  // A clock that was set back must not put backups off.
  return at === null || at > now ? now : at + everyHours * HOUR_MS;
}

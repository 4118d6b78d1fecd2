/** What is kept about the vault: its schedule, how the last scheduled archive went, and a restore that has not ended. No secret. */
import * as z from 'zod';
import { DEFAULT_VAULT_SCHEDULE, type VaultSchedule, vaultScheduleSchema } from '../lib/contract/vault.ts';
import type { Db } from './open.ts';
import { findSetting, saveSetting, withDefaults } from './settings.ts';

const savedScheduleSchema = withDefaults(vaultScheduleSchema, DEFAULT_VAULT_SCHEDULE);
const lastSchema = z.object({
  /** When the last one was made; null before the first. */
  at: z.number().nullable(),
  failure: z.object({ at: z.number(), message: z.string(), remedy: z.string() }).nullable(),
});
export type LastScheduled = z.infer<typeof lastSchema>;
const pendingSchema = z.object({
  /** Null when nothing is under way. */
  pending: z
    .object({
      archive: z.string(),
      keys: z.array(z.object({ station: z.number(), fingerprint: z.string() })),
    })
    .nullable(),
});
export type PendingRestore = NonNullable<z.infer<typeof pendingSchema>['pending']>;

export function getVaultSchedule(db: Db): VaultSchedule {
  return findSetting(db, 'vault.schedule', savedScheduleSchema) ?? DEFAULT_VAULT_SCHEDULE;
}

export function saveVaultSchedule(db: Db, value: VaultSchedule, now: number): void {
  saveSetting(db, 'vault.schedule', value, now);
}

export function getLastScheduled(db: Db): LastScheduled {
  return findSetting(db, 'vault.last', lastSchema) ?? { at: null, failure: null };
}

export function saveLastScheduled(db: Db, value: LastScheduled, now: number): void {
  saveSetting(db, 'vault.last', value, now);
}

/** A restore that was begun; it stays until it ended, over a crash too. */
export function getPendingRestore(db: Db): PendingRestore | null {
  return findSetting(db, 'vault.restore', pendingSchema)?.pending ?? null;
}

export function savePendingRestore(db: Db, pending: PendingRestore | null, now: number): void {
  saveSetting(db, 'vault.restore', { pending }, now);
}

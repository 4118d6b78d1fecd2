/** What is kept about the record itself: its size limit, its last check, and the token of whoever scrapes our figures. */
import * as z from 'zod';
import {
  DEFAULT_HISTORY_SETTINGS,
  type HistorySettings,
  historySettingsSchema,
} from '../lib/contract/settings.ts';
import type { Db } from './open.ts';
import { findSetting, saveSetting, withDefaults } from './settings.ts';

const savedSettingsSchema = withDefaults(historySettingsSchema, DEFAULT_HISTORY_SETTINGS);
const checkSchema = z.object({ at: z.number(), ok: z.boolean(), message: z.string().nullable() });
export type DatabaseCheck = z.infer<typeof checkSchema>;
const sinceSchema = z.object({ since: z.number() });
const tokenSchema = z.object({ hash: z.string(), createdAt: z.number() });
const savedTokenSchema = z.object({ token: tokenSchema.nullable() });
export type ScrapeToken = z.infer<typeof tokenSchema>;

export function getHistorySettings(db: Db): HistorySettings {
  return findSetting(db, 'history', savedSettingsSchema) ?? DEFAULT_HISTORY_SETTINGS;
}

export function saveHistorySettings(db: Db, value: HistorySettings, now: number): void {
  saveSetting(db, 'history', value, now);
}

export function getDatabaseCheck(db: Db): DatabaseCheck | null {
  return findSetting(db, 'database.check', checkSchema);
}

export function saveDatabaseCheck(db: Db, value: DatabaseCheck, now: number): void {
  saveSetting(db, 'database.check', value, now);
}

/** From when on this server counted itself, seconds since the epoch; null as long as no other's history was put before it. */
export function getCountedSince(db: Db): number | null {
  return findSetting(db, 'history.since', sinceSchema)?.since ?? null;
}

export function saveCountedSince(db: Db, since: number, now: number): void {
  saveSetting(db, 'history.since', { since }, now);
}

/** SHA-256 of the token, and when it was made; null when nobody may scrape. */
export function getScrapeToken(db: Db): ScrapeToken | null {
  return findSetting(db, 'metrics.token', savedTokenSchema)?.token ?? null;
}

export function saveScrapeToken(db: Db, token: ScrapeToken | null, now: number): void {
  saveSetting(db, 'metrics.token', { token }, now);
}

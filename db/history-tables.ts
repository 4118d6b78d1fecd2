/** The tables that the history consists of, as the database and an archive have them. */
import { TIERS } from '../lib/history/tiers.ts';

/** What an older manager had estimated; never added to what we count. */
export const LEGACY_TABLES = ['legacy_countries', 'legacy_months', 'legacy_samples'] as const;

export const HISTORY_TABLES: readonly string[] = [...TIERS.map(({ table }) => table), ...LEGACY_TABLES];

/** What v1.x had estimated over time: by month, and moment by moment. */
import { asc, eq, sql } from 'drizzle-orm';
import type { LegacySample } from '../lib/migration/tracker-files.ts';
import type { Db } from './open.ts';
import { legacyMonths, legacySamples } from './schema/history.ts';

export interface LegacyMonth {
  /** `2025-11` */
  month: string;
  code: string;
  uploadedBytes: number;
  downloadedBytes: number;
}

/** SQLite takes some 32,000 values in one statement. */
const ROWS_AT_ONCE = 1000;

/** Each month over all countries, the oldest first. */
export function listLegacyMonths(db: Db) {
  return db
    .select({
      month: legacyMonths.month,
      countries: sql<number>`count(*)`,
      uploadedBytes: sql<number>`sum(${legacyMonths.uploadedBytes})`,
      downloadedBytes: sql<number>`sum(${legacyMonths.downloadedBytes})`,
    })
    .from(legacyMonths)
    .groupBy(legacyMonths.month)
    .orderBy(asc(legacyMonths.month))
    .all();
}

/** In the order of time. */
export function listLegacySamples(db: Db, source: LegacySample['source']) {
  return db
    .select()
    .from(legacySamples)
    .where(eq(legacySamples.source, source))
    .orderBy(asc(legacySamples.at))
    .all();
}

/** Replaces what was imported before: importing twice must not count twice. */
export function saveLegacyHistory(
  db: Db,
  months: readonly LegacyMonth[],
  samples: readonly LegacySample[],
): void {
  db.transaction(
    () => {
      db.delete(legacyMonths).run();
      db.delete(legacySamples).run();
      for (let at = 0; at < months.length; at += ROWS_AT_ONCE)
        db.insert(legacyMonths)
          .values(months.slice(at, at + ROWS_AT_ONCE))
          .run();
      for (let at = 0; at < samples.length; at += ROWS_AT_ONCE)
        db.insert(legacySamples)
          .values(samples.slice(at, at + ROWS_AT_ONCE))
          .run();
    },
    { behavior: 'immediate' },
  );
}

/** What v1.x had estimated, country by country. */
import { asc } from 'drizzle-orm';
import type { Db } from './open.ts';
import { legacyCountries } from './schema/history.ts';

export interface LegacyCountry {
  code: string;
  uploadedBytes: number;
  downloadedBytes: number;
  /** Milliseconds since the epoch. */
  at: number;
}

export function listLegacyCountries(db: Db): LegacyCountry[] {
  return db.select().from(legacyCountries).orderBy(asc(legacyCountries.code)).all();
}

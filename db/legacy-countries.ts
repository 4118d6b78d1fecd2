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

/** Replaces what was imported before: the files hold totals, which must not be added twice. */
export function saveLegacyCountries(db: Db, countries: readonly LegacyCountry[]): void {
  db.transaction(
    () => {
      db.delete(legacyCountries).run();
      if (countries.length > 0)
        db.insert(legacyCountries)
          .values([...countries])
          .run();
    },
    { behavior: 'immediate' },
  );
}

/** The ledger of station keys by volume: which Proxy ID a volume had, so that a lost or changed key is noticed. */
import { eq } from 'drizzle-orm';
import type { Db } from './open.ts';
import { stationKeys } from './schema/fleet.ts';

export interface KnownKey {
  volume: string;
  proxyId: string;
  fingerprint: string;
  firstSeenAt: number;
  lastSeenAt: number;
}

export function listStationKeys(db: Db): Map<string, KnownKey> {
  return new Map(
    db
      .select()
      .from(stationKeys)
      .all()
      .map((row) => [row.volume, row]),
  );
}

/** First sight is kept; a key already known only gets a newer last sight. Never replaces one key by another. */
export function recordStationKey(
  db: Db,
  key: { volume: string; proxyId: string; fingerprint: string },
  now: number,
): void {
  db.insert(stationKeys)
    .values({ ...key, firstSeenAt: now, lastSeenAt: now })
    .onConflictDoUpdate({ target: stationKeys.volume, set: { lastSeenAt: now } })
    .run();
}

/** After the operator said that the old identity is given up. */
export function deleteStationKey(db: Db, volume: string): void {
  db.delete(stationKeys).where(eq(stationKeys.volume, volume)).run();
}

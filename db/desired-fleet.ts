/** The fleet the operator wants: settings, what single stations do differently, and whether it is to run at all. */
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { DesiredFleet, FleetChange, Overrides } from '../lib/contract/fleet.ts';
import {
  DEFAULT_FLEET_SETTINGS,
  fleetSettingsSchema,
  stationOverrideSchema,
} from '../lib/contract/settings.ts';
import type { Db } from './open.ts';
import { stationOverrides } from './schema/fleet.ts';
import { findSetting, saveSetting } from './settings.ts';

const KEY = 'fleet';
const savedSchema = z.object({ active: z.boolean(), settings: fleetSettingsSchema });

/** The defaults, not active, until something was saved. */
export function getDesiredFleet(db: Db): DesiredFleet {
  const saved = findSetting(db, KEY, savedSchema) ?? { active: false, settings: DEFAULT_FLEET_SETTINGS };
  const overrides: Overrides = {};
  for (const row of db.select().from(stationOverrides).all()) {
    overrides[String(row.station)] = stationOverrideSchema.parse(row.value);
  }
  return { ...saved, overrides };
}

/** Saves the change and `active` in one transaction. */
export function saveDesiredFleet(db: Db, change: FleetChange, active: boolean, now: number): DesiredFleet {
  db.transaction(
    () => {
      const before = getDesiredFleet(db);
      saveSetting(db, KEY, { active, settings: { ...before.settings, ...change.settings } }, now);
      for (const [key, value] of Object.entries(change.overrides ?? {})) {
        const station = Number(key);
        if (value === null || Object.keys(value).length === 0) {
          db.delete(stationOverrides).where(eq(stationOverrides.station, station)).run();
        } else {
          db.insert(stationOverrides)
            .values({ station, value })
            .onConflictDoUpdate({ target: stationOverrides.station, set: { value } })
            .run();
        }
      }
    },
    { behavior: 'immediate' },
  );
  return getDesiredFleet(db);
}

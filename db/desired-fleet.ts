/** The fleet the operator wants: settings, what single stations do differently, and whether it is to run at all. */
import * as z from 'zod';
import { type DesiredFleet, type Overrides, provenImageSchema } from '../lib/contract/fleet.ts';
import {
  DEFAULT_FLEET_SETTINGS,
  fleetSettingsSchema,
  stationOverrideSchema,
} from '../lib/contract/settings.ts';
import type { Db } from './open.ts';
import { stationOverrides } from './schema/fleet.ts';
import { findSetting, saveSetting, withDefaults } from './settings.ts';

const KEY = 'fleet';
const savedSchema = z.object({
  active: z.boolean(),
  settings: withDefaults(fleetSettingsSchema, DEFAULT_FLEET_SETTINGS),
  proven: provenImageSchema.optional(),
});

/** The defaults, not active, until something was saved. */
export function getDesiredFleet(db: Db): DesiredFleet {
  const saved = findSetting(db, KEY, savedSchema) ?? { active: false, settings: DEFAULT_FLEET_SETTINGS };
  const overrides: Overrides = {};
  for (const row of db.select().from(stationOverrides).all()) {
    overrides[String(row.station)] = stationOverrideSchema.parse(row.value);
  }
  return { ...saved, overrides };
}

/** Replaces settings and overrides together; a trial is not written down. */
export function saveDesiredFleet(db: Db, fleet: DesiredFleet, now: number): void {
  db.transaction(
    () => {
      const { active, settings, proven } = fleet;
      saveSetting(db, KEY, { active, settings, proven }, now);
      db.delete(stationOverrides).run();
      for (const [station, value] of Object.entries(fleet.overrides))
        db.insert(stationOverrides)
          .values({ station: Number(station), value })
          .run();
    },
    { behavior: 'immediate' },
  );
}

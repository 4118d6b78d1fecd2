/** What the operator wants of the tracker. */
import {
  DEFAULT_TRACKER_SETTINGS,
  type TrackerSettings,
  trackerSettingsSchema,
} from '../lib/contract/settings.ts';
import type { Db } from './open.ts';
import { findSetting, saveSetting, withDefaults } from './settings.ts';

const savedSchema = withDefaults(trackerSettingsSchema, DEFAULT_TRACKER_SETTINGS);

export function getTrackerSettings(db: Db): TrackerSettings {
  return findSetting(db, 'tracker', savedSchema) ?? DEFAULT_TRACKER_SETTINGS;
}

export function saveTrackerSettings(db: Db, value: TrackerSettings, now: number): void {
  saveSetting(db, 'tracker', value, now);
}

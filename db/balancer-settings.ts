/** What the balancer keeps: its settings, whether it is switched on, and the port on which it hears nginx's errors. */
import * as z from 'zod';
import {
  type BalancerSettings,
  balancerSettingsSchema,
  DEFAULT_BALANCER_SETTINGS,
} from '../lib/contract/settings.ts';
import type { Db } from './open.ts';
import { findSetting, saveSetting, withDefaults } from './settings.ts';

const stateSchema = z.object({
  /** True from the first set of stations until it is stopped: nginx is then kept running. */
  engaged: z.boolean(),
  errorPort: z.int().nullable(),
  /** An earlier configuration was restored: the fleet is not followed until the wanted one is applied again. */
  held: z.boolean().default(false),
});
export type BalancerMemory = z.infer<typeof stateSchema>;

const savedSettingsSchema = withDefaults(balancerSettingsSchema, DEFAULT_BALANCER_SETTINGS);

export function getBalancerSettings(db: Db): BalancerSettings {
  return findSetting(db, 'balancer', savedSettingsSchema) ?? DEFAULT_BALANCER_SETTINGS;
}

export function saveBalancerSettings(db: Db, value: BalancerSettings, now: number): void {
  saveSetting(db, 'balancer', value, now);
}

export function getBalancerMemory(db: Db): BalancerMemory {
  return findSetting(db, 'balancer.memory', stateSchema) ?? { engaged: false, errorPort: null, held: false };
}

export function saveBalancerMemory(db: Db, value: BalancerMemory, now: number): void {
  saveSetting(db, 'balancer.memory', value, now);
}

/** The settings inside an archive: what the operator chose. No password, no session, no token, nothing of this host alone. */
import * as z from 'zod';
import { withDefaults } from '../../db/settings.ts';
import { AppError } from '../../lib/contract/errors.ts';
import { desiredFleetSchema } from '../../lib/contract/fleet.ts';
import {
  balancerSettingsSchema,
  DEFAULT_BALANCER_SETTINGS,
  DEFAULT_FLEET_SETTINGS,
  DEFAULT_HISTORY_SETTINGS,
  DEFAULT_TRACKER_SETTINGS,
  fleetSettingsSchema,
  historySettingsSchema,
  trackerSettingsSchema,
} from '../../lib/contract/settings.ts';
import type { VaultDeps } from './service.ts';

/** What an earlier version did not know has its default. */
const archivedSettingsSchema = z.object({
  fleet: desiredFleetSchema.extend({ settings: withDefaults(fleetSettingsSchema, DEFAULT_FLEET_SETTINGS) }),
  balancer: withDefaults(balancerSettingsSchema, DEFAULT_BALANCER_SETTINGS),
  tracker: withDefaults(trackerSettingsSchema, DEFAULT_TRACKER_SETTINGS),
  history: withDefaults(historySettingsSchema, DEFAULT_HISTORY_SETTINGS),
});
export type ArchivedSettings = z.output<typeof archivedSettingsSchema>;

export function settingsText({ fleet, balancer, tracker, record }: VaultDeps): string {
  const settings: ArchivedSettings = {
    fleet: fleet.desired(),
    balancer: balancer.settings(),
    tracker: tracker.settings(),
    history: record.state().settings,
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/** Null when another version made them. */
export function findSettings(text: string): ArchivedSettings | null {
  return archivedSettingsSchema.safeParse(JSON.parse(text)).data ?? null;
}

/** @throws AppError conflict when another version made them */
export function parseSettings(text: string): ArchivedSettings {
  const parsed = archivedSettingsSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new AppError('conflict', {
    message: `The settings in this archive are of another version: ${first?.path.join('.')} ${first?.message}.`,
    remedy: 'Restore the keys without the settings, and set those by hand.',
  });
}

/** Everything but the fleet, which moves with its stations. Paths and devices of the other host stay there. */
export async function applySettings(
  { balancer, tracker, record }: VaultDeps,
  settings: ArchivedSettings,
  actor: string,
): Promise<void> {
  const { configPath: _path, ...ports } = settings.balancer;
  const { interface: _interface, geoipPath: _geoip, ...watched } = settings.tracker;
  await balancer.configure(ports, actor);
  await tracker.configure(watched, actor);
  record.configure(settings.history, actor);
}

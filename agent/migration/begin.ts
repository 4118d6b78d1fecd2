/** The first record of a migration: what there is, before anything is changed. */
import { lstat } from 'node:fs/promises';
import type { MigrationStart } from '../../lib/contract/migration.ts';
import { type FleetSettings, fleetSettingsSchema } from '../../lib/contract/settings.ts';
import { hostNginxRuns } from '../../lib/install/host-nginx.ts';
import type { MigrationManifest } from '../../lib/migration/manifest.ts';
import type { Found } from './find.ts';
import { runningServices } from './host-services.ts';
import type { MigrationDeps } from './service.ts';

export async function beginManifest(
  deps: MigrationDeps,
  { report, fleet }: Found,
  options: MigrationStart,
): Promise<MigrationManifest> {
  const before = deps.fleet.desired();
  const movable = fleet.stations.filter(({ obstacle }) => obstacle === null);
  const stations: MigrationManifest['stations'] = [];
  for (const one of movable)
    stations.push({
      station: one.station,
      volume: one.volume ?? '',
      directory: one.directory ?? '',
      proxyId: one.proxyId ?? '',
      fingerprint: one.fingerprint ?? '',
      copy: `${one.volume}.json`,
      sha256: '',
      name: one.name,
      keptAs: `${one.name}-v1`,
      containerId: one.containerId,
      wasRunning: one.running,
      restartsAlways: one.restartsAlways,
      uid: (await lstat(one.directory ?? '')).uid,
      inspect: one.inspect,
    });
  return {
    version: 1,
    id: new Date(deps.now()).toISOString().replaceAll(/[:.]/g, '-'),
    state: 'running',
    startedAt: deps.now(),
    count: options.count ?? report.proposedCount,
    image: options.image ?? before.settings.image,
    shredAddresses: options.shredAddresses,
    desiredBefore: before,
    stations,
    orphans: fleet.orphans
      .filter(({ obstacle }) => obstacle === null)
      .map(({ station, volume, directory, proxyId, fingerprint }) => ({
        station,
        volume,
        directory,
        proxyId: proxyId ?? '',
        fingerprint: fingerprint ?? '',
        copy: `${volume}.json`,
        sha256: '',
      })),
    volumes: fleet.volumes,
    settings: settingsOf(report, movable, before.settings),
    files: [],
    services: await runningServices(deps),
    loosePrograms: [],
    // A test looks at a root of its own, which no nginx of this host belongs to.
    nginxRan: deps.env.hostRoot === '/' && (await hostNginxRuns()),
    done: [],
  };
}

type Limit = 'maxClients' | 'bandwidthMbps' | 'cpus' | 'memoryMb';
const LIMITS: readonly Limit[] = ['maxClients', 'bandwidthMbps', 'cpus', 'memoryMb'];

/** What a station really runs with wins over what the file says of it; without a file the first speaks for all. */
function settingsOf(
  report: Found['report'],
  stations: Found['fleet']['stations'],
  usual: FleetSettings,
): MigrationManifest['settings'] {
  const fleet: Partial<Record<Limit, number | null>> = { ...report.settings?.fleet };
  const [first] = stations;
  if (report.settings === null && first !== undefined)
    for (const limit of LIMITS) if (isOurs(limit, first[limit])) fleet[limit] = first[limit];
  const overrides: Record<string, Record<string, unknown>> = { ...report.settings?.overrides };
  for (const one of stations) {
    const own: Record<string, unknown> = { ...overrides[String(one.station)] };
    for (const limit of LIMITS) {
      if (isOurs(limit, one[limit])) own[limit] = one[limit];
      if (own[limit] === (fleet[limit] ?? usual[limit])) delete own[limit];
    }
    if (Object.keys(own).length > 0) overrides[String(one.station)] = own;
    else delete overrides[String(one.station)];
  }
  return { fleet, overrides };
}

/** Whether it is a value that a station of ours can have. */
function isOurs(limit: Limit, value: number | null): boolean {
  return fleetSettingsSchema.shape[limit].safeParse(value).success;
}

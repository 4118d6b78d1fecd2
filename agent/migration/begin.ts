/** The first record of a migration: what there is, before anything is changed. */
import { lstat } from 'node:fs/promises';
import type { MigrationStart } from '../../lib/contract/migration.ts';
import { run } from '../../lib/host/run.ts';
import { hasSystemd } from '../../lib/host/systemd.ts';
import { hostNginxRuns } from '../../lib/install/host-nginx.ts';
import type { MigrationManifest } from '../../lib/migration/manifest.ts';
import type { Found } from './find.ts';
import type { MigrationDeps } from './service.ts';

/** Its plain services: ending these removes nothing. */
const SERVICES = ['conduit-tracker.service', 'conduit-telegram.service'];

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
      .filter(({ keyState }) => keyState === 'sound')
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
    settings: {
      fleet: { ...report.settings?.fleet },
      overrides: overridesOf(report, movable),
    },
    files: [],
    services: await runningServices(deps),
    nginxRan: await hostNginxRuns(),
    done: [],
  };
}

/** What a station really runs with wins over what the file says of it. */
function overridesOf(report: Found['report'], stations: Found['fleet']['stations']): Record<string, unknown> {
  const fleet = report.settings?.fleet ?? {};
  const overrides: Record<string, Record<string, unknown>> = { ...report.settings?.overrides };
  for (const { station, maxClients, bandwidthMbps } of stations) {
    const own = { ...overrides[String(station)] };
    if (isClients(maxClients)) own.maxClients = maxClients;
    if (isBandwidth(bandwidthMbps)) own.bandwidthMbps = bandwidthMbps;
    for (const name of ['maxClients', 'bandwidthMbps'] as const)
      if (own[name] === fleet[name]) delete own[name];
    if (Object.keys(own).length > 0) overrides[String(station)] = own;
    else delete overrides[String(station)];
  }
  return overrides;
}

const isClients = (value: number | null) =>
  value !== null && Number.isInteger(value) && value >= 1 && value <= 1000;
const isBandwidth = (value: number | null) =>
  value !== null && (value === -1 || (value >= 1 && value <= 10_000));

async function runningServices({ env }: MigrationDeps): Promise<string[]> {
  if (!hasSystemd() || env.hostRoot !== '/') return [];
  const running: string[] = [];
  for (const name of SERVICES) {
    const { exitCode } = await run('systemctl', ['is-active', '--quiet', name], { okExitCodes: [1, 3, 4] });
    if (exitCode === 0) running.push(name);
  }
  return running;
}

/** Looks for an older manager, and says what would be done about it. Reads only. */
import { join } from 'node:path';
import type { MigrationReport, MigrationState, V1Settings, V1Traffic } from '../../lib/contract/migration.ts';
import { DEFAULT_FLEET_SETTINGS } from '../../lib/contract/settings.ts';
import { plural } from '../../lib/format/count.ts';
import { folderOf, type MigrationManifest, readNewestManifest } from '../../lib/migration/manifest.ts';
import { mapSettings, parseSettingsFile } from '../../lib/migration/settings-file.ts';
import { findV1Fleet, type V1Fleet } from '../../lib/migration/v1-containers.ts';
import {
  findAddressFiles,
  findTraces,
  readSettingsText,
  readTotals,
  V1_DIR,
} from '../../lib/migration/v1-files.ts';
import type { MigrationDeps } from './service.ts';

export interface Found {
  report: MigrationReport;
  fleet: V1Fleet;
  manifest: MigrationManifest | null;
}

export async function findV1(deps: MigrationDeps): Promise<Found> {
  const { docker, env, paths } = deps;
  const manifest = await readNewestManifest(paths.backupsDir);
  const fleet = await findV1Fleet(docker, env.v1Name, env.prefix);
  const traces = await findTraces(env.hostRoot);
  const settingsFile = await readSettingsText(env.hostRoot);
  const mapped = settingsFile === null ? null : mapSettings(parseSettingsFile(settingsFile.text));
  const settings: V1Settings | null =
    settingsFile === null || mapped === null
      ? null
      : {
          path: settingsFile.path,
          fleet: mapped.fleet,
          overrides: mapped.overrides,
          count: mapped.count,
          dataCapGb: mapped.dataCapGb,
          telegram: mapped.telegram,
        };
  // What was taken over already is nobody's orphan.
  if (manifest?.state === 'migrated' || manifest?.state === 'running') fleet.orphans.length = 0;
  const { stations, orphans } = fleet;
  const movable = stations.filter(({ obstacle }) => obstacle === null);
  const traffic = await readTraffic(env.hostRoot);
  const highest = Math.max(0, ...movable.map(({ station }) => station));
  const desired = deps.fleet.desired();
  const usual = desired.active ? desired.settings.count : DEFAULT_FLEET_SETTINGS.count;
  const report: MigrationReport = {
    found: stations.length > 0 || settings !== null,
    manager: nameOf(
      traces.map(({ path }) => path),
      settings !== null || stations.length > 0,
    ),
    stations: stations.map(
      ({ containerId: _c, imageId: _i, directory: _d, fingerprint: _f, inspect: _n, ...shown }) => shown,
    ),
    orphans: orphans.map(({ directory: _d, fingerprint: _f, ...shown }) => shown),
    traces,
    settings,
    traffic,
    notCarried: [
      ...(mapped?.notCarried ?? []),
      ...stations.flatMap(({ name, obstacle }) =>
        obstacle === null ? [] : [{ what: `the container ${name}`, why: obstacle }],
      ),
      ...orphans.flatMap(({ volume, keyState }) =>
        keyState === 'sound'
          ? []
          : [{ what: `the volume ${volume}`, why: 'the key in it cannot be read; it is left alone' }],
      ),
    ],
    steps: [],
    proposedCount: Math.max(usual, highest),
    obstacle: null,
    migration: manifest === null ? null : stateOf(manifest, folderOf(paths.backupsDir, manifest.id)),
  };
  report.steps = stepsOf(report);
  report.obstacle = obstacleOf(report, movable.length, desired.active);
  return { report, fleet, manifest };
}

function obstacleOf(report: MigrationReport, movable: number, active: boolean): string | null {
  const state = report.migration?.state;
  if (state === 'running' || state === 'rolling-back') return null;
  if (!report.found) return 'No older manager was found on this server.';
  if (movable === 0) return 'None of its stations can be taken over.';
  return active
    ? 'The fleet of this manager runs already. Take it down first: sudo conduit down --fleet'
    : null;
}

async function readTraffic(root: string): Promise<V1Traffic | null> {
  const totals = await readTotals(root);
  const addressFiles = await findAddressFiles(root);
  if (totals === null && addressFiles.length === 0) return null;
  const rows = [...(totals?.totals.countries.values() ?? [])];
  return {
    path: totals?.path ?? join(root, V1_DIR, 'traffic_stats'),
    countries: rows.length,
    uploadedBytes: rows.reduce((sum, { uploadedBytes }) => sum + uploadedBytes, 0),
    downloadedBytes: rows.reduce((sum, { downloadedBytes }) => sum + downloadedBytes, 0),
    unmapped: totals?.totals.unmapped ?? [],
    damagedLines: totals?.totals.damagedLines ?? 0,
    addressFiles,
  };
}

/** What tells them apart is what only one of them writes. */
function nameOf(paths: readonly string[], there: boolean): string | null {
  if (!there) return null;
  return paths.some((path) => /99-conduit-cluster|stream\.d\/conduit/.test(path))
    ? 'CONDUIT-CLUSTER-MANAGER'
    : 'conduit-manager 1.x';
}

function stepsOf({ stations, orphans, traces, settings, traffic, proposedCount }: MigrationReport): string[] {
  const movable = stations.filter(({ obstacle }) => obstacle === null);
  const keys = movable.length + orphans.filter(({ keyState }) => keyState === 'sound').length;
  const changed = traces.filter(({ action }) => action !== 'keep').length;
  return [
    `Save ${plural(keys, 'key')}, each with its checksum and Proxy ID`,
    ...(changed > 0
      ? [
          `Archive ${plural(changed, 'file or link', 'files and links')}, then take them away; nothing is stopped by it`,
        ]
      : []),
    ...(settings === null ? [] : [`Take over the settings in ${settings.path}`]),
    ...(traffic === null || traffic.countries === 0
      ? []
      : [
          `Import the totals of ${plural(traffic.countries, 'country', 'countries')} as a source of their own`,
        ]),
    ...movable.map(
      ({ name, station, volume }, at) =>
        `Station ${station}: stop ${name} and put it aside, start it anew on its own volume ${volume}${at === 0 ? '; it is the first, and the others follow only when it has come up as itself' : ''}`,
    ),
    `Bring the fleet to ${plural(proposedCount, 'station')}, behind the balancer`,
    'Tune the kernel',
    'Compare every Proxy ID with the saved one',
  ];
}

export function stateOf(manifest: MigrationManifest, directory: string): MigrationState {
  const { id, state, startedAt, count, stations, done } = manifest;
  return {
    id,
    state,
    startedAt,
    count,
    directory,
    stations: stations.map(({ station, name, proxyId }) => ({
      station,
      name,
      proxyId,
      done: state === 'migrated' || done.includes(`station-${station}`),
    })),
  };
}

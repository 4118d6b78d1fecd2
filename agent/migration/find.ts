/** Looks for an older manager, and says what would be done about it. Reads only. */
import type { MigrationReport, MigrationState, V1Settings, V1Traffic } from '../../lib/contract/migration.ts';
import { DEFAULT_FLEET_SETTINGS } from '../../lib/contract/settings.ts';
import { plural } from '../../lib/format/count.ts';
import { findTraces, readSettingsText } from '../../lib/migration/find-traces.ts';
import { folderOf, type MigrationManifest, readNewestManifest } from '../../lib/migration/manifest.ts';
import { mapSettings, parseSettingsFile } from '../../lib/migration/settings-file.ts';
import { findV1Fleet, type V1Fleet } from '../../lib/migration/v1-containers.ts';
import { traceOptions } from './migrate.ts';
import type { MigrationDeps } from './service.ts';
import { reportTraffic } from './traffic.ts';

export interface Found {
  report: MigrationReport;
  fleet: V1Fleet;
  manifest: MigrationManifest | null;
}

export async function findV1(deps: MigrationDeps): Promise<Found> {
  const { docker, env, paths } = deps;
  const manifest = await readNewestManifest(paths.backupsDir);
  const fleet = await findV1Fleet(docker, env.v1Name, env.prefix);
  const traces = await findTraces(traceOptions(deps));
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
  const traffic = await reportTraffic(deps);
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
      ({
        containerId: _c,
        directory: _d,
        fingerprint: _f,
        inspect: _n,
        cpus: _p,
        memoryMb: _m,
        restartsAlways: _r,
        ...shown
      }) => shown,
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
      ...orphans.flatMap(({ volume, obstacle }) =>
        obstacle === null ? [] : [{ what: `the volume ${volume}`, why: `${obstacle}; it is left alone` }],
      ),
      ...trafficNotCarried(traffic),
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
    ? 'The fleet of this manager runs already. Take it down first: sudo ./conduit down --fleet'
    : null;
}

/** What tells them apart is what only one of them writes. */
function nameOf(paths: readonly string[], there: boolean): string | null {
  if (!there) return null;
  return paths.some((path) => /99-conduit-cluster|stream\.d\/conduit/.test(path))
    ? 'CONDUIT-CLUSTER-MANAGER'
    : 'conduit-manager 1.x';
}

/** What is taken over with a reservation. */
function trafficNotCarried(traffic: V1Traffic | null): MigrationReport['notCarried'] {
  if (traffic === null) return [];
  const { monthsWithout, mixesKoreas, unmapped, addressFiles } = traffic;
  return [
    ...(monthsWithout.length === 0
      ? []
      : [
          {
            what: `the traffic of ${monthsWithout.join(', ')} as a month of its own`,
            why: 'a month is the difference of two copies, and the copy of the month before is missing',
          },
        ]),
    ...(mixesKoreas
      ? [
          {
            what: 'traffic of North Korea',
            why: 'the old tracker counted it as South Korea’s, and nobody can tell them apart any more',
          },
        ]
      : []),
    ...(unmapped.length === 0
      ? []
      : [
          {
            what: `the names ${unmapped.join('; ')}`,
            why: 'no country is called so: their bytes are kept as unknown',
          },
        ]),
    ...(addressFiles.length === 0
      ? []
      : [
          {
            what: 'addresses of clients',
            why: 'none is ever kept here: the lines of the files were counted, their content is not copied',
          },
        ]),
  ];
}

function stepsOf({ stations, orphans, traces, settings, traffic, proposedCount }: MigrationReport): string[] {
  const movable = stations.filter(({ obstacle }) => obstacle === null);
  const keys = movable.length + orphans.filter(({ obstacle }) => obstacle === null).length;
  const copied = traces.filter(({ action }) => action !== 'keep').length;
  const changed = traces.filter(({ action }) => action !== 'keep' && action !== 'copy').length;
  return [
    `Save ${plural(keys, 'key')}, each with its checksum and Proxy ID`,
    ...(copied > 0 ? [`Archive ${plural(copied, 'file or link', 'files and links')}`] : []),
    ...(changed > 0
      ? [
          `Take ${changed === 1 ? 'one' : changed} of them away, so that nothing of it starts again; no station is stopped by it`,
        ]
      : []),
    ...(settings === null ? [] : [`Take over the settings in ${settings.path}`]),
    ...movable.map(
      ({ name, station, volume }, at) =>
        `Station ${station}: stop ${name} and put it aside, start it anew on its own volume ${volume}${at === 0 ? '; it is the first, and the others follow only when it is live and has its own Proxy ID' : ''}`,
    ),
    ...(traffic === null || (traffic.countries === 0 && traffic.samples === 0)
      ? []
      : [
          `Import ${plural(traffic.countries, 'country', 'countries')}, ${plural(traffic.months.length, 'month')} and ${plural(traffic.samples, 'moment')} of the old tracker as a source of their own`,
        ]),
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

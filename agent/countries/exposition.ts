/** Our own figures in the text format of Prometheus. Pure. */
import type { CountriesReport, TrackerState } from '../../lib/contract/countries.ts';
import type { HistoryState } from '../../lib/contract/history.ts';
import type { Snapshot } from '../../lib/contract/snapshot.ts';

export interface ExpositionInput {
  version: string;
  snapshot: Snapshot;
  /** Since the record began: bytes only ever grow, over restarts of stations and of the agent. */
  fleetBytes: { uploaded: number; downloaded: number };
  /** Now and since the record began, of each source that has anything. */
  countries: { now: CountriesReport; ever: CountriesReport }[];
  tracker: TrackerState;
  history: Pick<HistoryState, 'databaseBytes' | 'problem'>;
}

type Labels = Record<string, string | number>;
type Sample = [labels: Labels, value: number | null];

/** One metric: its help, its type and its samples; `null` values are left out. */
function metric(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string[] {
  const lines = samples.flatMap(([labels, value]) =>
    value === null ? [] : [`conduit_cluster_${name}${labelText(labels)} ${value}`],
  );
  if (lines.length === 0) return [];
  return [`# HELP conduit_cluster_${name} ${help}`, `# TYPE conduit_cluster_${name} ${type}`, ...lines];
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

export function toExposition(input: ExpositionInput): string {
  const { snapshot, fleetBytes, tracker, history } = input;
  const { host, balancer } = snapshot;
  return [
    ...metric('info', 'gauge', 'Version of Conduit Cluster Manager.', [[{ version: input.version }, 1]]),
    ...metric('users_connected', 'gauge', 'Users connected, as the stations report.', [
      [{}, snapshot.users.connected],
    ]),
    ...metric('users_connecting', 'gauge', 'Users connecting, as the stations report.', [
      [{}, snapshot.users.connecting],
    ]),
    ...metric('stations_wanted', 'gauge', 'Stations that should run.', [[{}, snapshot.stations.wanted]]),
    ...metric('stations', 'gauge', 'Stations by state.', countStates(snapshot)),
    ...metric('bytes_total', 'counter', 'Bytes the stations moved since the record began.', [
      [{ direction: 'up' }, fleetBytes.uploaded],
      [{ direction: 'down' }, fleetBytes.downloaded],
    ]),
    ...stationMetrics(snapshot),
    ...countryMetrics(input),
    ...metric('balancer_up', 'gauge', 'Whether the balancer runs.', [
      [{ engine: balancer.engine }, balancer.state === 'running' || balancer.state === 'held' ? 1 : 0],
    ]),
    ...metric('balancer_stations', 'gauge', 'Stations behind the balancer.', [[{}, balancer.backends]]),
    ...metric('tracker_up', 'gauge', 'Whether the tracker watches the main interface.', [
      [{ capture: tracker.settings.capture }, tracker.state === 'running' ? 1 : 0],
    ]),
    ...metric('tracker_packets_total', 'counter', 'Packets the tracker counted.', [[{}, tracker.packets]]),
    ...metric('tracker_dropped_packets_total', 'counter', 'Packets the tracker missed.', [
      [{}, tracker.droppedPackets],
    ]),
    ...metric('host_cpu_percent', 'gauge', 'Processor in use, percent of all cores.', [
      [{}, host.cpuPercent],
    ]),
    ...metric('host_memory_used_bytes', 'gauge', 'Memory in use.', [[{}, host.memoryUsedBytes]]),
    ...metric('host_disk_free_bytes', 'gauge', 'Free space where the data lies.', [[{}, host.diskFreeBytes]]),
    ...metric('problems', 'gauge', 'What is wrong now, by severity.', countProblems(snapshot)),
    ...metric('database_bytes', 'gauge', 'Size of the database.', [[{}, history.databaseBytes]]),
    ...metric('history_written', 'gauge', 'Whether history is being written.', [
      [{}, history.problem === null ? 1 : 0],
    ]),
    '',
  ].join('\n');
}

function countStates({ stationList }: Snapshot): Sample[] {
  const counts = new Map<string, number>();
  for (const { state } of stationList) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => [{ state }, count]);
}

function countProblems({ problems }: Snapshot): Sample[] {
  return (['critical', 'warning', 'info'] as const).map((severity) => [
    { severity },
    problems.filter((problem) => problem.severity === severity).length,
  ]);
}

function stationMetrics({ stationList }: Snapshot): string[] {
  const of = (value: (station: Snapshot['stationList'][number]) => number | null): Sample[] =>
    stationList.map((station) => [{ station: station.index }, value(station)]);
  return [
    ...metric(
      'station_up',
      'gauge',
      'Whether a station runs and answers.',
      of(({ state }) => (state === 'running' ? 1 : 0)),
    ),
    ...metric(
      'station_users_connected',
      'gauge',
      'Users connected to a station.',
      of((one) => one.connected),
    ),
    ...metric(
      'station_max_clients',
      'gauge',
      'Users a station takes.',
      of((one) => one.maxClients),
    ),
    ...metric(
      'station_memory_bytes',
      'gauge',
      'Memory of a station.',
      of((one) => one.memoryBytes),
    ),
    ...metric(
      'station_cpu_percent',
      'gauge',
      'Processor of a station, percent of one core.',
      of((one) => one.cpuPercent),
    ),
  ];
}

function countryMetrics({ countries }: ExpositionInput): string[] {
  const now = countries.flatMap(({ now: { source, rows } }) =>
    rows.map((row): Sample => [{ source, country: row.code }, row.connected]),
  );
  const clients = countries.flatMap(({ now: { source, rows } }) =>
    rows.map((row): Sample => [{ source, country: row.code }, row.clients]),
  );
  // `other` is no counter: a country that gets a name of its own leaves it. What all of them come to is one.
  const bytes = countries.flatMap(({ ever: { source, rows } }) =>
    rows
      .filter(({ code }) => code !== 'other')
      .flatMap((row) => bothWays({ source, country: row.code }, row)),
  );
  const total = countries.flatMap(({ ever: { source, total: all } }) => bothWays({ source }, all));
  return [
    ...metric('country_users', 'gauge', 'Users by country; sources are never to be added.', now),
    ...metric('country_clients_today', 'gauge', 'Different clients today (UTC), an estimate.', clients),
    ...metric('country_bytes_total', 'counter', 'Bytes by country since the record began.', bytes),
    ...metric(
      'countries_bytes_total',
      'counter',
      'Bytes of all countries since the record began, those too small to be named included.',
      total,
    ),
  ];
}

function bothWays(labels: Labels, moved: { uploadedBytes: number; downloadedBytes: number }): Sample[] {
  return [
    [{ ...labels, direction: 'up' }, moved.uploadedBytes],
    [{ ...labels, direction: 'down' }, moved.downloadedBytes],
  ];
}

/** What an older manager left and what would happen, for the terminal. Pure. */
import type { MigrationReport } from '../lib/contract/migration.ts';
import { formatBytes } from '../lib/format/bytes.ts';
import { plural } from '../lib/format/count.ts';
import { MIGRATION_WORDS, migrationSentence, stationWords, TRACE_WORDS } from '../lib/format/migration.ts';
import type { Style } from './command.ts';

export function migrationView(report: MigrationReport, style: Style): string {
  const { stations, orphans, traces, settings, traffic, notCarried, steps, migration, obstacle } = report;
  const lines = [style.bold(migrationSentence(report))];
  const section = (title: string, rows: string[]) => {
    if (rows.length > 0) lines.push('', style.bold(title), ...rows.map((row) => `  ${row}`));
  };
  if (migration !== null)
    section('Migration', [
      `${migration.id}: ${MIGRATION_WORDS[migration.state]}; keys and files of before: ${migration.directory}`,
      ...migration.stations.map(
        ({ station, name, proxyId, done }) =>
          `${done ? style.green('✓') : style.yellow('•')} ${name} → station ${station}  ${proxyId ?? ''}`,
      ),
    ]);
  section(
    'Stations',
    stations.flatMap((one) => [
      `${one.name}  ${one.running ? 'running' : 'stopped'}  ${one.image}`,
      `  ${one.obstacle === null ? '' : style.yellow('! ')}${stationWords(one)}`,
      ...(one.proxyId === null ? [] : [`  Proxy ID ${one.proxyId}, volume ${one.volume}`]),
    ]),
  );
  section(
    'Volumes without a container',
    orphans.map(
      ({ volume, station, proxyId }) => `${volume}  ${proxyId ?? 'no sound key'}  for station ${station}`,
    ),
  );
  section(
    'On this host',
    traces.map(({ path, what, action }) => `${path}: ${what}; ${TRACE_WORDS[action]}`),
  );
  if (settings !== null) section('Settings', [`${settings.path}: read, never run`]);
  if (traffic !== null)
    section('Traffic', [
      `${plural(traffic.countries, 'country', 'countries')}, ${formatBytes(traffic.uploadedBytes)} up and ${formatBytes(traffic.downloadedBytes)} down: an estimate of the old tracker, kept as a source of its own`,
      ...(traffic.unmapped.length > 0
        ? [`Names that are no country's, kept as unknown: ${traffic.unmapped.join('; ')}`]
        : []),
      ...(traffic.damagedLines > 0 ? [`${plural(traffic.damagedLines, 'damaged line')}, left out`] : []),
      ...traffic.addressFiles.map(
        ({ path, lines: count }) =>
          `${style.red('!')} ${path}: ${plural(count, 'line')} with client addresses; none is copied. --shred-addresses destroys them`,
      ),
    ]);
  section(
    'Not carried over',
    notCarried.map(({ what, why }) => `${what}: ${why}`),
  );
  if (obstacle === null && migration?.state !== 'running' && migration?.state !== 'rolling-back')
    section(
      'What would be done',
      steps.map((step, at) => `${at + 1}. ${step}`),
    );
  else if (obstacle !== null && report.found && migration?.state !== 'migrated')
    lines.push('', style.yellow(obstacle));
  return lines.join('\n');
}

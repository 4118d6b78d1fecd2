/** The migration in words, for the terminal and the page. Pure. */
import type { MigrationReport, MigrationState, Trace, V1Station } from '../contract/migration.ts';
import { plural } from './count.ts';

export const TRACE_WORDS: Record<Trace['action'], string> = {
  remove: 'archived and taken away',
  lines: 'its lines archived and taken out',
  replace: 'archived, ours takes its place',
  copy: 'a copy is kept, it stays',
  keep: 'left alone',
};

export const MIGRATION_WORDS: Record<MigrationState['state'], string> = {
  running: 'not finished',
  migrated: 'done',
  'rolling-back': 'on its way back, not finished',
  'rolled-back': 'rolled back',
};

/** One line about all of it. */
export function migrationSentence({ found, manager, stations, orphans, migration }: MigrationReport): string {
  if (migration?.state === 'running') return 'A migration was begun and is not finished.';
  if (migration?.state === 'rolling-back') return 'A way back was begun and is not finished.';
  if (migration?.state === 'migrated')
    return `${plural(migration.stations.length, 'station')} came from an older manager.`;
  if (!found) return 'No older manager was found on this server.';
  const left = orphans.filter(({ obstacle }) => obstacle === null).length;
  const spare = left === 0 ? '' : ` and ${plural(left, 'volume')} with a key and no container`;
  return `${manager ?? 'An older manager'} with ${plural(stations.length, 'station')}${spare}.`;
}

export function stationWords(station: V1Station): string {
  if (station.obstacle !== null) return `stays as it is: ${station.obstacle}`;
  const { maxClients, bandwidthMbps } = station;
  const clients = maxClients === null ? 'clients as the fleet has' : plural(maxClients, 'client');
  const speed =
    bandwidthMbps === null ? '' : bandwidthMbps === -1 ? ', unlimited' : ` and ${bandwidthMbps} Mbit/s each`;
  return `becomes station ${station.station}, with ${clients}${speed}`;
}

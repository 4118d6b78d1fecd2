/** The vault as text for a terminal. Pure. */
import type { LedgerEntry, VaultState } from '../lib/contract/vault.ts';
import { formatBytes } from '../lib/format/bytes.ts';
import { isRefused, type JudgedPlacement, placementWords } from '../lib/format/placements.ts';
import { formatDateTime } from '../lib/format/time.ts';
import { kindWords, scheduleSentence } from '../lib/format/vault.ts';
import type { Style } from './command.ts';
import { textTable } from './text-table.ts';

type Archives = Pick<VaultState, 'archives' | 'directory'>;

export function archivesView({ archives, directory }: Archives, style: Style): string {
  if (archives.length === 0) return 'No archive yet. Make one: sudo conduit backup';
  const [head = '', ...rows] = textTable(
    [{ head: 'When' }, { head: 'Size', align: 'right' }, { head: 'How' }, { head: 'Name' }],
    archives.map(({ id, at, bytes, kind }) => [formatDateTime(at), formatBytes(bytes), kindWords(kind), id]),
  );
  return [style.dim(head), ...rows, '', style.dim(`In ${directory}`)].join('\n');
}

export function scheduleView(
  state: Pick<VaultState, 'schedule' | 'lastScheduledAt' | 'failure'>,
  style: Style,
): string {
  const { lastScheduledAt: last, failure } = state;
  return [
    scheduleSentence(state.schedule),
    ...(last === null ? [] : [`The last one was made ${formatDateTime(last)}.`]),
    ...(failure === null ? [] : [style.red(`It fails: ${failure}`)]),
  ].join('\n');
}

export function ledgerView(ledger: readonly LedgerEntry[], style: Style): string {
  if (ledger.length === 0) return 'No key was seen yet: a station makes its key when it first starts.';
  const [head = '', ...rows] = textTable(
    [
      { head: 'Station', align: 'right' },
      { head: 'Volume' },
      { head: 'Proxy ID' },
      { head: 'First seen' },
      { head: 'Last seen' },
    ],
    ledger.map(({ station, volume, proxyId, firstSeenAt, lastSeenAt }) => [
      station === null ? '–' : String(station),
      volume,
      proxyId,
      formatDateTime(firstSeenAt),
      formatDateTime(lastSeenAt),
    ]),
  );
  const alarms = ledger.flatMap(({ volume, alarm }) =>
    alarm === null ? [] : [style.red(`! ${volume}: ${alarm}`)],
  );
  return [style.dim(head), ...rows, ...(alarms.length === 0 ? [] : ['', ...alarms])].join('\n');
}

/** Proxy IDs before and after. */
export function placementsView(judged: readonly JudgedPlacement[], style: Style): string {
  if (judged.length === 0) return 'Nothing of it belongs to a station; place keys with --map VOLUME:STATION.';
  const [head = '', ...rows] = textTable(
    [
      { head: 'Slot', align: 'right' },
      { head: 'Proxy ID now' },
      { head: 'Proxy ID afterwards' },
      { head: 'From' },
      { head: '' },
    ],
    judged.map((one) => [
      String(one.to),
      one.current ?? '–',
      isRefused(one) ? (one.current ?? '–') : one.proxyId,
      one.from === null ? one.volume : `station ${one.from}`,
      `${isRefused(one) ? 'refused: ' : ''}${placementWords(one)}`,
    ]),
  );
  return [style.dim(head), ...rows].join('\n');
}

/** Countries now as text for a terminal. Pure. */
import type { CountriesReport, CountryRow } from '../lib/contract/countries.ts';
import { formatBitrate, formatBytes } from '../lib/format/bytes.ts';
import { formatCount, formatShare, plural } from '../lib/format/count.ts';
import { countryName } from '../lib/format/country.ts';
import type { Style } from './command.ts';
import { textTable } from './text-table.ts';

/** Which source speaks, in words. */
const SOURCE_WORDS = {
  stations: 'as the stations report them',
  tracker: 'as the tracker counts them at the main interface',
  legacy: 'as version 1 had estimated them',
};

/** @param most rows that fit */
export function peersView(report: CountriesReport, style: Style, most: number): string {
  const { source, total, rows, sources } = report;
  const users = total.connected ?? 0;
  const note = sources.find((one) => one.source === source)?.note ?? null;
  const head =
    source === 'legacy'
      ? `${style.bold('COUNTRIES:')} ${rows.length}, ${SOURCE_WORDS[source]}`
      : `${style.bold('COUNTRIES:')} ${style.green(formatCount(users))} ${source === 'tracker' ? 'addresses active' : 'users'} from ${plural(rows.length, 'country', 'countries')}, ${SOURCE_WORDS[source]}`;
  const shown = rows.slice(0, most);
  const rest = rows.length - shown.length;
  return [
    head,
    ...(note === null ? [] : [style.dim(`  ${note}`)]),
    '',
    ...(rows.length === 0 ? [style.dim('  Nobody is connected now.')] : table(shown, users, source)),
    ...(rest > 0 ? [style.dim(`  and ${rest} more: conduit peers --json`)] : []),
  ].join('\n');
}

function table(rows: readonly CountryRow[], users: number, source: CountriesReport['source']): string[] {
  const right = (head: string) => ({ head, align: 'right' as const });
  const columns = [
    { head: '' },
    { head: 'Country' },
    right(source === 'tracker' ? 'Active' : 'Users'),
    right('Share'),
    right('Up'),
    right('Down'),
    right(source === 'legacy' ? 'Bytes' : 'Today'),
    ...(source === 'tracker' ? [right('Clients today')] : []),
  ];
  const cells = rows.map((row) => [
    row.code.length === 2 ? row.code : '',
    countryName(row.code),
    row.connected === null ? '–' : formatCount(row.connected),
    users === 0 ? '–' : formatShare((row.connected ?? 0) / users),
    formatBitrate(row.uploadBps),
    formatBitrate(row.downloadBps),
    formatBytes(row.uploadedBytes + row.downloadedBytes),
    ...(source === 'tracker' ? [row.clients === null ? '–' : `≈ ${formatCount(row.clients)}`] : []),
  ]);
  return textTable(columns, cells).map((line) => `  ${line}`);
}

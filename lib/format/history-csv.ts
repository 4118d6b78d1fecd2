/** Rows of history as CSV (RFC 4180). Pure; shared by the panel's download and the command. */
import type { HistoryExportRow } from '../contract/history.ts';
import { countryName } from './country.ts';

type By = 'total' | 'station' | 'country';

export function historyCsvHead(by: By): string {
  const series = by === 'total' ? [] : by === 'country' ? ['country', 'name'] : ['station'];
  return [
    'time_utc',
    'bucket_seconds',
    ...series,
    'observed_seconds',
    'users_average',
    'users_highest',
    'connecting_average',
    'bytes_uploaded',
    'bytes_downloaded',
    'clients_of_day',
  ].join(',');
}

/** A cell that nobody observed is empty, never zero. */
export function historyCsvRow(by: By, row: HistoryExportRow): string {
  const series = by === 'total' ? [] : by === 'country' ? [row.key, countryName(row.key)] : [row.key];
  return [
    new Date(row.at).toISOString(),
    row.bucketSeconds,
    ...series,
    row.seconds,
    rounded(row.connected),
    row.connectedMax,
    rounded(row.connecting),
    row.uploadedBytes,
    row.downloadedBytes,
    row.clients,
  ]
    .map(cell)
    .join(',');
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

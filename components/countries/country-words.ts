/** What the page on countries calls its figures. Pure. */
import type { CountriesReport, CountryRow, CountrySource } from '../../lib/contract/countries.ts';
import { formatBitrate, formatBytes } from '../../lib/format/bytes.ts';
import { formatCount } from '../../lib/format/count.ts';
import { countryName } from '../../lib/format/country.ts';

export const SOURCES: Record<CountrySource, { label: string; words: string }> = {
  stations: {
    label: 'Stations',
    words: 'As the stations report them themselves: exact, and no address is seen.',
  },
  tracker: {
    label: 'Tracker',
    words:
      'As counted at this server’s network card: addresses become countries in memory and are forgotten every window.',
  },
  legacy: { label: 'Version 1', words: 'Totals that version 1 had estimated, before the migration.' },
};

/** What the map is shaded by. */
export type Measure = 'users' | 'traffic' | 'clients';

export function measureLabel(measure: Measure, source: CountrySource): string {
  if (measure === 'traffic') return 'Traffic';
  if (measure === 'clients') return 'Clients a day';
  return source === 'tracker' ? 'Active addresses' : 'Users';
}

export function measuresOf(source: CountrySource): Measure[] {
  if (source === 'tracker') return ['users', 'traffic', 'clients'];
  return source === 'legacy' ? ['traffic'] : ['users', 'traffic'];
}

export function amountOf(row: CountryRow, measure: Measure): number {
  if (measure === 'traffic') return row.uploadedBytes + row.downloadedBytes;
  return (measure === 'clients' ? row.clients : row.connected) ?? 0;
}

export function valueText(value: number, measure: Measure): string {
  if (measure === 'traffic') return formatBytes(value);
  return measure === 'clients' ? `≈ ${formatCount(value)}` : formatUsers(value);
}

/** Averages of small countries are not rounded away. */
export function formatUsers(value: number): string {
  if (value > 0 && value < 0.1) return '< 0.1';
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : formatCount(Math.round(value));
}

export function rateText(bytesPerSecond: number): string {
  return formatBitrate(bytesPerSecond);
}

/**
 * Which of six shades a value gets: by its square root, since a few countries have most of the users.
 * @returns 0 for nothing, 1 to 5 otherwise
 */
export function shadeOf(value: number, largest: number): number {
  if (value <= 0 || largest <= 0) return 0;
  return Math.min(5, 1 + Math.floor(Math.sqrt(value / largest) * 5));
}

/** Lower edge of each shade from 1 to 5, for the legend: the inverse of `shadeOf`. */
export function shadeEdges(largest: number): number[] {
  return [0, 1, 2, 3, 4].map((shade) => largest * (shade / 5) ** 2);
}

export type CountrySort = 'name' | 'users' | 'up' | 'down' | 'traffic' | 'clients' | 'peak';

const KEYS: Record<CountrySort, (row: CountryRow) => number | string> = {
  name: (row) => countryName(row.code),
  users: (row) => row.connected ?? -1,
  up: (row) => row.uploadedBytes,
  down: (row) => row.downloadedBytes,
  traffic: (row) => row.uploadedBytes + row.downloadedBytes,
  clients: (row) => row.clients ?? -1,
  peak: (row) => row.connectedMax ?? -1,
};

/** Found by name or code, in the order asked for. */
export function viewCountries(
  rows: CountriesReport['rows'],
  { search, sort, descending }: { search: string; sort: CountrySort; descending: boolean },
): CountriesReport['rows'] {
  const wanted = search.trim().toLowerCase();
  const found = rows.filter(
    ({ code }) =>
      wanted === '' || code.toLowerCase() === wanted || countryName(code).toLowerCase().includes(wanted),
  );
  const key = KEYS[sort];
  const direction = descending ? -1 : 1;
  return found.toSorted((a, b) => {
    const [one, other] = [key(a), key(b)];
    if (typeof one === 'string') return direction * one.localeCompare(String(other));
    return direction * (one - Number(other));
  });
}

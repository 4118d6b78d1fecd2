/**
 * The files of the trackers of v1.x: `Country|from|to` with names, or with ISO codes in CONDUIT-CLUSTER-MANAGER. FROM is what
 * came from clients, TO what went to them. Pure.
 */
import { countryCodeOf } from './country-codes.ts';

export interface CountryBytes {
  uploadedBytes: number;
  downloadedBytes: number;
}

export interface Totals {
  /** By code; `unknown` holds what nobody can place. */
  countries: Map<string, CountryBytes>;
  unmapped: string[];
  damagedLines: number;
  /** v1.x called whatever held "Korea" and "Republic" South Korea: the northern one is in it. */
  mixesKoreas: boolean;
}

/** `cumulative_data` and its monthly archives: totals since the tracker was first started. */
export function parseTotals(text: string): Totals {
  const countries: Totals['countries'] = new Map();
  const unmapped = new Set<string>();
  let damagedLines = 0;
  let mixesKoreas = false;
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const [name = '', up, down, ...more] = line.split('|');
    // A name may itself be an address in a damaged file: it is neither read as a country nor told.
    if (more.length > 0 || !isCount(up) || !isCount(down) || !canBeName(name)) {
      damagedLines++;
      continue;
    }
    const code = countryCodeOf(name);
    if (code === null) unmapped.add(name.trim().slice(0, 60));
    if (name.trim() === 'South Korea') mixesKoreas = true;
    const total = countries.get(code ?? 'unknown') ?? { uploadedBytes: 0, downloadedBytes: 0 };
    total.uploadedBytes += Number(up);
    total.downloadedBytes += Number(down);
    countries.set(code ?? 'unknown', total);
  }
  return { countries, unmapped: [...unmapped].sort(), damagedLines, mixesKoreas };
}

export interface Months {
  /** By `2025-11`. */
  months: Map<string, Map<string, CountryBytes>>;
  /** Archives whose month cannot be told from the others', since the one before is missing. */
  without: string[];
}

/** What passed in each month: each archive is a copy of the running total. A total that fell began anew: nothing is negative. */
export function monthsOf(archives: ReadonlyMap<string, Totals>): Months {
  const months: Months['months'] = new Map();
  const without: string[] = [];
  for (const [month, { countries }] of [...archives].sort(([a], [b]) => a.localeCompare(b))) {
    const before = archives.get(monthBefore(month))?.countries;
    if (before === undefined) {
      without.push(month);
      continue;
    }
    const passed = new Map<string, CountryBytes>();
    for (const [code, total] of countries) {
      const last = before.get(code);
      passed.set(code, {
        uploadedBytes: Math.max(0, total.uploadedBytes - (last?.uploadedBytes ?? 0)),
        downloadedBytes: Math.max(0, total.downloadedBytes - (last?.downloadedBytes ?? 0)),
      });
    }
    months.set(month, passed);
  }
  return { months, without };
}

function monthBefore(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return number === 1
    ? `${year - 1}-12`
    : `${String(year).padStart(4, '0')}-${String(number - 1).padStart(2, '0')}`;
}

/** What a file of v1.x says of one moment; null where it does not. */
export interface LegacySample {
  source: 'connections' | 'uptime' | 'reports';
  /** Milliseconds since the epoch. */
  at: number;
  connected: number | null;
  connecting: number | null;
  running: number | null;
  totalBytes: number | null;
}

export interface Samples {
  /** In the order of time, one a moment. */
  samples: LegacySample[];
  damagedLines: number;
}

const NOTHING = { connected: null, connecting: null, running: null, totalBytes: null };
/** What stands behind the time in each file; null for a column that is not taken over. */
const COLUMNS: Record<LegacySample['source'], (keyof typeof NOTHING)[]> = {
  connections: ['connected', 'connecting'],
  uptime: ['running'],
  reports: ['connected', 'totalBytes', 'running'],
};
/** No manager of stations is older; a time before is damage. */
const FIRST_SECOND = Date.UTC(2020, 0, 1) / 1000;

/** `connection_history`, `uptime_log` and `report_snapshots`: a time in seconds, then numbers. */
export function parseSamples(source: LegacySample['source'], text: string, nowMs: number): Samples {
  const columns = COLUMNS[source];
  const byTime = new Map<number, LegacySample>();
  let damagedLines = 0;
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const [time, ...values] = line.split('|');
    const at = isCount(time) ? Number(time) * 1000 : 0;
    if (
      at < FIRST_SECOND * 1000 ||
      at > nowMs ||
      values.length !== columns.length ||
      !values.every(isCount)
    ) {
      damagedLines++;
      continue;
    }
    const sample: LegacySample = { source, at, ...NOTHING };
    for (const [index, column] of columns.entries()) sample[column] = Number(values[index]);
    byTime.set(at, sample);
  }
  return { samples: [...byTime.values()].sort((a, b) => a.at - b.at), damagedLines };
}

/** Exact as a number of ours: anything larger is damage. */
function isCount(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,16}$/.test(text.trim()) && Number.isSafeInteger(Number(text));
}

/** An address, or bytes that are no text. */
function canBeName(text: string): boolean {
  return (
    !/\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|[0-9a-f]*:[0-9a-f]*:/i.test(text) &&
    !/[\p{Cc}\ufffd]/u.test(text.trim())
  );
}

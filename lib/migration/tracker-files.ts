/**
 * The files of the trackers of v1.x: `Country|from|to` with names, or with ISO codes in CONDUIT-CLUSTER-MANAGER. FROM is what
 * came from clients, TO what went to them. Pure.
 */
import { countryCodeOf } from './country-codes.ts';

export interface Totals {
  /** By code; `unknown` holds what nobody can place. */
  countries: Map<string, { uploadedBytes: number; downloadedBytes: number }>;
  unmapped: string[];
  damagedLines: number;
}

/** `cumulative_data` and its monthly archives: totals since the tracker was first started. */
export function parseTotals(text: string): Totals {
  const countries: Totals['countries'] = new Map();
  const unmapped = new Set<string>();
  let damagedLines = 0;
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const [name = '', up, down, ...more] = line.split('|');
    // A name may itself be an address in a damaged file: it is neither read as a country nor told.
    if (more.length > 0 || !isCount(up) || !isCount(down) || looksLikeAddress(name)) {
      damagedLines++;
      continue;
    }
    const code = countryCodeOf(name);
    if (code === null) unmapped.add(name.trim().slice(0, 60));
    const total = countries.get(code ?? 'unknown') ?? { uploadedBytes: 0, downloadedBytes: 0 };
    total.uploadedBytes += Number(up);
    total.downloadedBytes += Number(down);
    countries.set(code ?? 'unknown', total);
  }
  return { countries, unmapped: [...unmapped].sort(), damagedLines };
}

/** What passed in each month: each archive is a copy of the running total. A total that fell began anew: nothing is negative. */
export function monthsOf(archives: ReadonlyMap<string, Totals>): Map<string, Totals['countries']> {
  const months = new Map<string, Totals['countries']>();
  let before: Totals['countries'] = new Map();
  for (const [month, { countries }] of [...archives].sort(([a], [b]) => a.localeCompare(b))) {
    // Nobody knows how much of the first archive is that month's.
    if (months.size > 0 || before.size > 0) {
      const passed: Totals['countries'] = new Map();
      for (const [code, total] of countries) {
        const last = before.get(code);
        passed.set(code, {
          uploadedBytes: Math.max(0, total.uploadedBytes - (last?.uploadedBytes ?? 0)),
          downloadedBytes: Math.max(0, total.downloadedBytes - (last?.downloadedBytes ?? 0)),
        });
      }
      months.set(month, passed);
    }
    before = countries;
  }
  return months;
}

function isCount(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,18}$/.test(text.trim());
}

function looksLikeAddress(text: string): boolean {
  return /\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|[0-9a-f]*:[0-9a-f]*:/i.test(text);
}

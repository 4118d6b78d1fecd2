/** What the tracker saw in a window as frames of ten seconds. Pure. */
import { countryKey } from './country-key.ts';
import { type Entry, emptyEntry, type Frame } from './frame.ts';
import { FINE_SECONDS } from './tiers.ts';

export interface Tracked {
  /** Milliseconds since the epoch, multiples of ten seconds. */
  from: number;
  to: number;
  countries: readonly {
    code: string;
    uploadedBytes: number;
    downloadedBytes: number;
    active: number;
    clientsToday: number;
  }[];
}

/** Within a window nobody knows when a byte moved: it is spread evenly, and not one is lost. */
export function splitWindow({ from, to, countries }: Tracked): Frame[] {
  const count = Math.max(1, Math.round((to - from) / 1000 / FINE_SECONDS));
  return Array.from({ length: count }, (_, i) => ({
    source: 'tracker' as const,
    at: Math.round(from / 1000) + i * FINE_SECONDS,
    seconds: FINE_SECONDS,
    entries: countries.map(
      (country): Entry => ({
        ...emptyEntry(countryKey(country.code)),
        seconds: FINE_SECONDS,
        connectedSeconds: country.active * FINE_SECONDS,
        connectedMax: country.active,
        uploadedBytes: share(country.uploadedBytes, i, count),
        downloadedBytes: share(country.downloadedBytes, i, count),
        clients: country.clientsToday,
      }),
    ),
  }));
}

function share(total: number, i: number, count: number): number {
  return Math.floor((total * (i + 1)) / count) - Math.floor((total * i) / count);
}

/** From what the sources know to the rows that are shown. Pure. */

import type { LegacyCountry } from '../../db/legacy-countries.ts';
import type { CountriesReport, CountryRow } from '../../lib/contract/countries.ts';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import type { CountryTotals } from '../../lib/history/by-name.ts';
import type { Entry } from '../../lib/history/frame.ts';
import type { TrackerWindow } from '../tracker/service.ts';

type Figures = CountriesReport['total'];
export interface Rows {
  rows: CountryRow[];
  total: Figures;
}

/** Bytes a second over the time that was observed. */
function rates(sum: Entry | undefined, seconds: number) {
  const rate = (bytes: number) => (seconds === 0 ? 0 : bytes / seconds);
  return { uploadBps: rate(sum?.uploadedBytes ?? 0), downloadBps: rate(sum?.downloadedBytes ?? 0) };
}

function bytes(sum: Entry | undefined) {
  return { uploadedBytes: sum?.uploadedBytes ?? 0, downloadedBytes: sum?.downloadedBytes ?? 0 };
}

/** Now, by the stations: users from the snapshot, rates of the last minute, bytes of today. */
export function stationRows(
  countries: Snapshot['countries'],
  today: CountryTotals,
  minute: CountryTotals,
): Rows {
  const now = new Map(countries.map((country) => [country.code, country]));
  const codes = new Set([...now.keys(), ...today.countries.keys()]);
  const rows = [...codes].map((code): CountryRow => {
    const country = now.get(code);
    const personal = today.personal.get(code);
    return {
      code,
      connected: country?.connected ?? 0,
      connectedMax: null,
      connecting: country?.connecting ?? 0,
      ...rates(minute.countries.get(code), minute.seconds),
      ...bytes(today.countries.get(code)),
      clients: null,
      personal: { connected: country?.personalConnected ?? 0, ...bytes(personal) },
    };
  });
  const sum = (key: 'connected' | 'connecting') =>
    countries.reduce((total, country) => total + country[key], 0);
  return {
    rows,
    total: {
      connected: sum('connected'),
      connectedMax: null,
      connecting: sum('connecting'),
      ...rates(minute.total, minute.seconds),
      ...bytes(today.total),
      clients: null,
    },
  };
}

/** Now, by the tracker: its last window, and today. Clients of several countries are different clients. */
export function trackerRows(window: TrackerWindow | null, today: CountryTotals): Rows {
  const now = new Map((window?.countries ?? []).map((country) => [country.code, country]));
  const seconds = window === null ? 0 : (window.to - window.from) / 1000;
  const codes = new Set([...now.keys(), ...today.countries.keys()]);
  const rows = [...codes].map((code): CountryRow => {
    const country = now.get(code);
    const sum = today.countries.get(code);
    return {
      code,
      connected: country?.active ?? 0,
      connectedMax: null,
      connecting: null,
      uploadBps: country === undefined ? 0 : country.uploadedBytes / seconds,
      downloadBps: country === undefined ? 0 : country.downloadedBytes / seconds,
      ...bytes(sum),
      clients: Math.max(country?.clientsToday ?? 0, sum?.clients ?? 0),
      personal: null,
    };
  });
  const sum = (key: 'uploadBps' | 'downloadBps') => rows.reduce((total, row) => total + row[key], 0);
  return {
    rows,
    total: {
      connected: rows.reduce((total, { connected }) => total + (connected ?? 0), 0),
      connectedMax: null,
      connecting: null,
      uploadBps: sum('uploadBps'),
      downloadBps: sum('downloadBps'),
      ...bytes(today.total),
      clients: rows.reduce((total, { clients }) => total + (clients ?? 0), 0),
    },
  };
}

/** A range that is over, or nearly. */
export function rangeRows(source: 'stations' | 'tracker', totals: CountryTotals): Rows {
  const figures = (sum: Entry): Figures => ({
    connected: totals.seconds === 0 ? null : sum.connectedSeconds / totals.seconds,
    connectedMax: totals.seconds === 0 ? null : sum.connectedMax,
    connecting: source === 'tracker' || totals.seconds === 0 ? null : sum.connectingSeconds / totals.seconds,
    ...rates(sum, totals.seconds),
    ...bytes(sum),
    clients: source === 'tracker' ? sum.clients : null,
  });
  const rows = [...totals.countries].map(([code, sum]): CountryRow => {
    const personal = totals.personal.get(code);
    const connected = totals.seconds === 0 ? 0 : (personal?.connectedSeconds ?? 0) / totals.seconds;
    return {
      code,
      ...figures(sum),
      personal: source === 'tracker' ? null : { connected, ...bytes(personal) },
    };
  });
  return { rows, total: figures(totals.total) };
}

/** Totals without a time. */
export function legacyRows(countries: readonly LegacyCountry[]): Rows {
  const figures = (uploadedBytes: number, downloadedBytes: number): Figures => ({
    connected: null,
    connectedMax: null,
    connecting: null,
    uploadBps: 0,
    downloadBps: 0,
    uploadedBytes,
    downloadedBytes,
    clients: null,
  });
  const sum = (key: 'uploadedBytes' | 'downloadedBytes') =>
    countries.reduce((total, country) => total + country[key], 0);
  return {
    rows: countries.map(({ code, uploadedBytes, downloadedBytes }) => ({
      code,
      ...figures(uploadedBytes, downloadedBytes),
      personal: null,
    })),
    total: figures(sum('uploadedBytes'), sum('downloadedBytes')),
  };
}

/** Most users first; those with too few clients together, last; those of which there is nothing to say not at all. */
export function inOrder({ rows: all, total }: Rows, foldBelow: number): Rows {
  const rows = all.filter(
    (row) => row.connected || row.connectedMax || row.connecting || row.uploadedBytes || row.downloadedBytes,
  );
  const few = rows.filter((row) => row.code === 'other' || clientsOf(row) < foldBelow);
  const named = rows.filter((row) => !few.includes(row)).sort(byUsersThenBytes);
  const [first, ...rest] = few;
  if (first === undefined) return { rows: named, total };
  return { rows: [...named, { ...rest.reduce(addRows, first), code: 'other' }], total };
}

/** What decides whether a country is named. A total of v1.x tells nothing of how many people were behind it. */
function clientsOf({ clients, connectedMax, connected }: CountryRow): number {
  return clients ?? connectedMax ?? connected ?? Number.POSITIVE_INFINITY;
}

function byUsersThenBytes(a: CountryRow, b: CountryRow): number {
  return (
    (b.connected ?? 0) - (a.connected ?? 0) ||
    b.uploadedBytes + b.downloadedBytes - (a.uploadedBytes + a.downloadedBytes) ||
    a.code.localeCompare(b.code)
  );
}

function addRows(a: CountryRow, b: CountryRow): CountryRow {
  const add = (one: number | null, other: number | null) =>
    one === null && other === null ? null : (one ?? 0) + (other ?? 0);
  return {
    code: a.code,
    connected: add(a.connected, b.connected),
    connectedMax: add(a.connectedMax, b.connectedMax),
    connecting: add(a.connecting, b.connecting),
    uploadBps: a.uploadBps + b.uploadBps,
    downloadBps: a.downloadBps + b.downloadBps,
    uploadedBytes: a.uploadedBytes + b.uploadedBytes,
    downloadedBytes: a.downloadedBytes + b.downloadedBytes,
    clients: add(a.clients, b.clients),
    personal:
      a.personal === null || b.personal === null
        ? null
        : {
            connected: a.personal.connected + b.personal.connected,
            uploadedBytes: a.personal.uploadedBytes + b.personal.uploadedBytes,
            downloadedBytes: a.personal.downloadedBytes + b.personal.downloadedBytes,
          },
  };
}

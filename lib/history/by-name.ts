/** Answers that name every series: rows to export, and what each country comes to over a range. Pure. */
import type { HistoryExportRow } from '../contract/history.ts';
import { type Answer, nameOf, peakOf, type Wanted } from './answers.ts';
import { isPersonal } from './country-key.ts';
import { addEntry, type Entry, emptyEntry, type FrameReader, type FrameSource } from './frame.ts';
import { indexIn, type RangePlan } from './query.ts';

/** Adds series that were observed side by side: their highest together is at most the sum of their highest. */
export function addBeside(sum: Entry, one: Readonly<Entry>): void {
  const { seconds, connectedMax, clients } = sum;
  addEntry(sum, one);
  sum.seconds = Math.max(seconds, one.seconds);
  sum.connectedMax = connectedMax + one.connectedMax;
  sum.clients = clients + one.clients;
}

/** Hands on each series of a frame, the two scopes of a country together: their keys follow each other. */
function readTogether(
  reader: FrameReader,
  frame: Uint8Array,
  source: FrameSource,
  visit: (name: string, entry: Readonly<Entry>) => void,
): number {
  let held: Entry | null = null;
  const seconds = reader.read(frame, (entry) => {
    if (held !== null && source !== 'stations' && held.key >> 1 === entry.key >> 1) addBeside(held, entry);
    else {
      if (held !== null) visit(nameOf(source, held.key), held);
      held = { ...entry };
    }
  });
  // TypeScript does not see that the visitor assigns it.
  const last = held as Entry | null;
  if (last !== null) visit(nameOf(source, last.key), last);
  return seconds;
}

interface OpenBucket {
  index: number;
  seconds: number;
  sums: Map<string, Entry>;
}

/** Every series of every bucket, in the order of time; countries with fewer clients than `foldBelow` are `other`. */
export function answerRows(
  plan: RangePlan,
  { source, wanted, foldBelow }: { source: FrameSource; wanted: Wanted; foldBelow: number },
  reader: FrameReader,
): Answer<HistoryExportRow[]> {
  const buckets: OpenBucket[] = [];
  const peaks = new Map<string, number>();
  return {
    take(at, frame) {
      const index = indexIn(plan, at);
      let bucket = buckets.at(-1);
      if (bucket?.index !== index) {
        bucket = { index, seconds: 0, sums: new Map() };
        buckets.push(bucket);
      }
      const { sums } = bucket;
      bucket.seconds += readTogether(reader, frame, source, (name, entry) => {
        if (!wanted(entry.key)) return;
        peaks.set(name, Math.max(peaks.get(name) ?? 0, peakOf(source, entry)));
        addTo(sums, name, entry);
      });
    },
    done() {
      const isNamed = (name: string) => source === 'stations' || (peaks.get(name) ?? 0) >= foldBelow;
      return buckets.flatMap((bucket) =>
        [...foldOthers(bucket.sums, isNamed)].map(([key, sum]) => toRow(plan, source, bucket, key, sum)),
      );
    },
  };
}

/** Puts what may not be named together into `other`. */
export function foldOthers(
  sums: ReadonlyMap<string, Entry>,
  isNamed: (name: string) => boolean,
): Map<string, Entry> {
  const folded = new Map<string, Entry>();
  let other: Entry | null = null;
  for (const [name, sum] of sums) {
    if (isNamed(name)) folded.set(name, sum);
    else {
      other ??= emptyEntry(0);
      addBeside(other, sum);
    }
  }
  if (other !== null) folded.set('other', other);
  return folded;
}

function toRow(
  plan: RangePlan,
  source: FrameSource,
  bucket: OpenBucket,
  key: string,
  sum: Entry,
): HistoryExportRow {
  const seconds = source === 'stations' ? sum.seconds : bucket.seconds;
  const observed = (value: number) => (seconds === 0 ? null : value);
  return {
    at: (plan.from + bucket.index * plan.bucketSeconds) * 1000,
    bucketSeconds: plan.bucketSeconds,
    key,
    seconds,
    connected: observed(sum.connectedSeconds / seconds),
    connectedMax: observed(sum.connectedMax),
    connecting: source === 'tracker' ? null : observed(sum.connectingSeconds / seconds),
    uploadedBytes: sum.uploadedBytes,
    downloadedBytes: sum.downloadedBytes,
    clients: source === 'tracker' ? sum.clients : null,
  };
}

/** What each country comes to over the whole range. */
export interface CountryTotals {
  /** Seconds in which the source said anything. */
  seconds: number;
  countries: Map<string, Entry>;
  /** The part of personal clients; countries that have none are not in it. */
  personal: Map<string, Entry>;
  total: Entry;
}

export function answerCountries(source: 'regions' | 'tracker', reader: FrameReader): Answer<CountryTotals> {
  // By key: keys are small, and a Map would be asked 300,000 times.
  const sums: (Entry | undefined)[] = [];
  const total = emptyEntry(0);
  let seconds = 0;
  let atOnce = 0;
  let clients = 0;
  const visit = (entry: Readonly<Entry>) => {
    const sum = sums[entry.key];
    if (sum === undefined) sums[entry.key] = { ...entry };
    else addEntry(sum, entry);
    atOnce += entry.connectedMax;
    clients += entry.clients;
  };
  return {
    take(_at, frame) {
      atOnce = 0;
      clients = 0;
      seconds += reader.read(frame, visit);
      total.connectedMax = Math.max(total.connectedMax, atOnce);
      total.clients = Math.max(total.clients, clients);
    },
    done() {
      const countries = new Map<string, Entry>();
      const personal = new Map<string, Entry>();
      for (const [key, sum] of sums.entries()) {
        if (sum === undefined) continue;
        const code = nameOf(source, key);
        if (isPersonal(key)) personal.set(code, sum);
        const known = countries.get(code);
        if (known === undefined) countries.set(code, { ...sum });
        else addBeside(known, sum);
        addSums(total, sum);
      }
      return { seconds, countries, personal, total };
    },
  };
}

/** Adds what adds up; the most at once was found frame by frame. */
function addSums(total: Entry, one: Readonly<Entry>): void {
  const { connectedMax, clients } = total;
  addEntry(total, one);
  total.connectedMax = connectedMax;
  total.clients = clients;
}

function addTo(sums: Map<string, Entry>, name: string, entry: Readonly<Entry>): void {
  const sum = sums.get(name);
  if (sum === undefined) sums.set(name, { ...entry });
  else addEntry(sum, entry);
}

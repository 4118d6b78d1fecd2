/** From frames to the columns an answer is made of. Pure; the frames come one after another, in the order of time. */
import type { HistoryLines, HistorySeries } from '../contract/history.ts';
import { countryOf } from './country-key.ts';
import { addEntry, type Entry, emptyEntry, FLEET_KEY, type FrameReader, type FrameSource } from './frame.ts';
import { bucketCount, bucketTimes, indexIn, type RangePlan } from './query.ts';

/** Takes the frames of a range in. */
export interface Answer<T> {
  /** @param at start of the frame's bucket, seconds since the epoch */
  take(at: number, frame: Uint8Array): void;
  done(): T;
}

/** Which series a question is about: one key, or everything of a source together. */
export type Wanted = (key: number) => boolean;

export function wantStation(station: number): Wanted {
  return (key) => key === station;
}

/** Both scopes of one country, or all countries. */
export function wantCountry(code: string | undefined): Wanted {
  return (key) => code === undefined || countryOf(key) === code;
}

interface Bucket {
  sum: Entry;
  /** Seconds in which the source said anything. */
  seconds: number;
}

/** Adds up what is wanted, bucket by bucket. The highest of a sum is not known: the sum of the highest bounds it. */
export function answerSeries(
  plan: RangePlan,
  source: FrameSource,
  wanted: Wanted,
  reader: FrameReader,
): Answer<HistorySeries> {
  const buckets: (Bucket | undefined)[] = new Array(bucketCount(plan));
  let frameMax = 0;
  let frameClients = 0;
  let bucket: Bucket;
  const visit = (entry: Readonly<Entry>) => {
    if (!wanted(entry.key)) return;
    frameMax += entry.connectedMax;
    frameClients += entry.clients;
    addEntry(bucket.sum, entry);
    if (source === 'stations') bucket.seconds += entry.seconds;
  };
  return {
    take(at, frame) {
      const index = indexIn(plan, at);
      if (index < 0 || index >= buckets.length) return;
      bucket = buckets[index] ?? { sum: emptyEntry(0), seconds: 0 };
      buckets[index] = bucket;
      const { connectedMax, clients } = bucket.sum;
      frameMax = 0;
      frameClients = 0;
      const seconds = reader.read(frame, visit);
      if (source !== 'stations') bucket.seconds += seconds;
      bucket.sum.connectedMax = Math.max(connectedMax, frameMax);
      bucket.sum.clients = Math.max(clients, frameClients);
    },
    done: () => toSeries(plan, source, buckets),
  };
}

function toSeries(
  plan: RangePlan,
  source: FrameSource,
  buckets: readonly (Bucket | undefined)[],
): HistorySeries {
  const column = (value: (bucket: Bucket) => number | null) =>
    Array.from(buckets, (bucket) => (bucket === undefined ? null : value(bucket)));
  // Bytes can be counted afterwards; how many people were there cannot.
  const observed = (value: (bucket: Bucket) => number) =>
    column((bucket) => (bucket.seconds === 0 ? null : value(bucket)));
  const nothing = () => column(() => null);
  return {
    bucketSeconds: plan.bucketSeconds,
    t: bucketTimes(plan),
    connected: observed(({ sum, seconds }) => sum.connectedSeconds / seconds),
    connectedMax: observed(({ sum }) => sum.connectedMax),
    connecting:
      source === 'tracker' ? nothing() : observed(({ sum, seconds }) => sum.connectingSeconds / seconds),
    uploadedBytes: column(({ sum }) => sum.uploadedBytes),
    downloadedBytes: column(({ sum }) => sum.downloadedBytes),
    stationsRunning:
      source === 'stations' ? observed(({ sum, seconds }) => sum.runningSeconds / seconds) : nothing(),
    clients: source === 'tracker' ? column(({ sum }) => sum.clients) : nothing(),
  };
}

/** What a series is called in answers: a station's number, a country's code. */
export function nameOf(source: FrameSource, key: number): string {
  if (source !== 'stations') return countryOf(key);
  return key === FLEET_KEY ? 'fleet' : String(key);
}

type Measure = 'users' | 'traffic' | 'uploaded' | 'downloaded';

interface Line {
  values: Float64Array;
  total: number;
  /** The most clients at once, or on one day. */
  peak: number;
}

export interface LinesQuestion {
  source: FrameSource;
  measure: Measure;
  top: number;
  /** Countries with fewer clients have no line of their own. */
  foldBelow: number;
}

/** One line each for those with most over the range, and one for the others. */
export function answerLines(
  plan: RangePlan,
  { source, measure, top, foldBelow }: LinesQuestion,
  reader: FrameReader,
): Answer<HistoryLines> {
  const length = bucketCount(plan);
  // By key: keys are small, and a Map would be asked 300,000 times.
  const lines: (Line | undefined)[] = [];
  const seconds = new Float64Array(length);
  const seen = new Uint8Array(length);
  let index = 0;
  const measured = measureOf(measure);
  const visit = (entry: Readonly<Entry>) => {
    if (source === 'stations' && entry.key === FLEET_KEY) return;
    let line = lines[entry.key];
    if (line === undefined) {
      line = { values: new Float64Array(length), total: 0, peak: 0 };
      lines[entry.key] = line;
    }
    const value = measured(entry);
    line.values[index] = (line.values[index] ?? 0) + value;
    line.total += value;
    line.peak = Math.max(line.peak, peakOf(source, entry));
  };
  return {
    take(at, frame) {
      index = indexIn(plan, at);
      if (index < 0 || index >= length) return;
      seen[index] = 1;
      const read = reader.read(frame, visit);
      seconds[index] = (seconds[index] ?? 0) + read;
    },
    done() {
      const byName = foldScopes(source, lines);
      const ranked = [...byName].sort(([, a], [, b]) => b.total - a.total);
      const named = ranked.filter(([, { peak }]) => source === 'stations' || peak >= foldBelow).slice(0, top);
      const shown = named.map(([key, line]) => ({ key, line }));
      const rest = ranked.filter((one) => !named.includes(one)).map(([, line]) => line);
      if (rest.length > 0) shown.push({ key: 'other', line: rest.reduce(addLines) });
      const observed = seconds.reduce((sum, one) => sum + one, 0);
      return {
        bucketSeconds: plan.bucketSeconds,
        t: bucketTimes(plan),
        lines: shown.map(({ key, line }) => ({
          key,
          total: measure === 'users' ? (observed === 0 ? 0 : line.total / observed) : line.total,
          values: Array.from(line.values, (value, i) => {
            if (seen[i] === 0) return null;
            if (measure !== 'users') return value;
            return (seconds[i] ?? 0) === 0 ? null : value / (seconds[i] ?? 1);
          }),
        })),
      };
    },
  };
}

/** What decides whether a country has enough clients to be named. */
export function peakOf(source: FrameSource, entry: Readonly<Entry>): number {
  return source === 'tracker' ? entry.clients : entry.connectedMax;
}

function measureOf(measure: Measure): (entry: Readonly<Entry>) => number {
  if (measure === 'users') return ({ connectedSeconds }) => connectedSeconds;
  if (measure === 'uploaded') return ({ uploadedBytes }) => uploadedBytes;
  if (measure === 'downloaded') return ({ downloadedBytes }) => downloadedBytes;
  return ({ uploadedBytes, downloadedBytes }) => uploadedBytes + downloadedBytes;
}

/** Common and personal clients of a country share its line. */
function foldScopes(source: FrameSource, lines: readonly (Line | undefined)[]): Map<string, Line> {
  const byName = new Map<string, Line>();
  for (const [key, line] of lines.entries()) {
    if (line === undefined) continue;
    const name = nameOf(source, key);
    const known = byName.get(name);
    byName.set(name, known === undefined ? line : addLines(known, line));
  }
  return byName;
}

function addLines(a: Line, b: Line): Line {
  return {
    values: a.values.map((value, i) => value + (b.values[i] ?? 0)),
    total: a.total + b.total,
    peak: a.peak + b.peak,
  };
}

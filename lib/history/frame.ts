/**
 * One bucket of everything one source said, packed: a number is as short as its value, and what is zero is not there.
 * Two hundred countries of ten seconds take 2.5 KB; as rows of a table they would take four times that, and a chart of
 * them would have to read four hundred times as many rows.
 */

/** Who said it; part of the key under which a frame is stored, so these numbers never change. */
export const SOURCES = { stations: 0, regions: 1, tracker: 2 } as const;
export type FrameSource = keyof typeof SOURCES;

/** Keys of one bucket; a source's number is below it. */
export const KEYS_A_BUCKET = 4;

/** Under what a frame is stored: keys follow the order of time. @param at start of the bucket, seconds */
export function frameKey(at: number, source: FrameSource): number {
  return at * KEYS_A_BUCKET + SOURCES[source];
}

/** Start of the bucket a key belongs to, seconds since the epoch. */
export function bucketOfKey(key: number): number {
  return Math.floor(key / KEYS_A_BUCKET);
}

/** One series in one bucket. Everything in it adds up, except the two maxima. */
export interface Entry {
  /** `stations`: 0 is the fleet, n is station n. Otherwise a country, see country-key.ts. */
  key: number;
  /** Seconds of the bucket that were observed; averages divide by this. */
  seconds: number;
  /** Users × seconds. */
  connectedSeconds: number;
  connectedMax: number;
  connectingSeconds: number;
  runningSeconds: number;
  uploadedBytes: number;
  downloadedBytes: number;
  /** Different clients on the day so far; of several, the largest. */
  clients: number;
}

export interface Frame {
  source: FrameSource;
  /** Start of the bucket, seconds since the epoch. */
  at: number;
  /** Seconds in which the source said anything at all: those of a country that it did not name count as zero users. */
  seconds: number;
  /** By key, each once. */
  entries: Entry[];
}

export const FLEET_KEY = 0;
const VERSION = 1;

export function emptyEntry(key: number): Entry {
  return {
    key,
    seconds: 0,
    connectedSeconds: 0,
    connectedMax: 0,
    connectingSeconds: 0,
    runningSeconds: 0,
    uploadedBytes: 0,
    downloadedBytes: 0,
    clients: 0,
  };
}

/** Adds one bucket of a series to another. */
export function addEntry(sum: Entry, one: Readonly<Entry>): void {
  sum.seconds += one.seconds;
  sum.connectedSeconds += one.connectedSeconds;
  sum.connectedMax = Math.max(sum.connectedMax, one.connectedMax);
  sum.connectingSeconds += one.connectingSeconds;
  sum.runningSeconds += one.runningSeconds;
  sum.uploadedBytes += one.uploadedBytes;
  sum.downloadedBytes += one.downloadedBytes;
  sum.clients = Math.max(sum.clients, one.clients);
}

/**
 * `version, seconds, {key − last key, which fields, the fields that are not zero}…`, numbers as LEB128. The field
 * `seconds` of an entry is left out where it is the frame's own.
 * @throws RangeError when a number is negative, no integer, or beyond 2^53
 */
export function packFrame({ seconds, entries }: Pick<Frame, 'seconds' | 'entries'>): Buffer {
  const writer = createWriter(16 + entries.length * 24);
  writer.put(VERSION);
  writer.put(seconds);
  let last = -1;
  for (const entry of entries.toSorted((a, b) => a.key - b.key)) {
    const values = fieldsOf(entry, seconds);
    let mask = 0;
    for (let i = 0; i < values.length; i++) if (values[i] !== 0) mask |= 1 << i;
    writer.put(entry.key - last - 1);
    writer.putByte(mask);
    for (const value of values) if (value !== 0) writer.put(value);
    last = entry.key;
  }
  return writer.done();
}

/** Seven flags fit one byte: the fields that most entries lack come last. */
function fieldsOf(entry: Entry, frameSeconds: number): number[] {
  return [
    entry.connectedSeconds,
    entry.connectedMax,
    entry.connectingSeconds,
    entry.uploadedBytes,
    entry.downloadedBytes,
    entry.clients,
    entry.runningSeconds,
    // One more than the value, so that zero seconds are told from the frame's own.
    entry.seconds === frameSeconds ? 0 : entry.seconds + 1,
  ];
}

function createWriter(expectedBytes: number) {
  let bytes = Buffer.allocUnsafe(expectedBytes);
  let at = 0;
  return {
    putByte(value: number): void {
      if (at + 1 > bytes.length) bytes = Buffer.concat([bytes], bytes.length * 2);
      bytes[at++] = value;
    },
    put(value: number): void {
      if (!Number.isSafeInteger(value) || value < 0)
        throw new RangeError(`${value} cannot be kept in a frame`);
      if (at + 9 > bytes.length) bytes = Buffer.concat([bytes], bytes.length * 2);
      let rest = value;
      while (rest >= 128) {
        bytes[at++] = (rest % 128) | 128;
        rest = Math.floor(rest / 128);
      }
      bytes[at++] = rest;
    },
    done: () => bytes.subarray(0, at),
  };
}

/** Reads frames one after another without making an object an entry: a chart of a day goes through 300,000 of them. */
export interface FrameReader {
  /**
   * @param visit is handed the same object each time; what is to be kept must be copied
   * @returns the frame's own seconds
   * @throws RangeError when the bytes are no frame
   */
  read(bytes: Uint8Array, visit: (entry: Readonly<Entry>) => void): number;
}

export function createFrameReader(): FrameReader {
  const entry = emptyEntry(0);
  const fields = new Float64Array(FIELDS);
  return {
    read(bytes, visit) {
      if (bytes[0] !== VERSION) throw new RangeError(`a frame of version ${bytes[0]} cannot be read`);
      let at = 1;
      let seconds = 0;
      let key = -1;
      // One loop reads every number, so that there is one place that the compiler makes fast: the first is the frame's
      // seconds, then come the key of an entry and the fields of its mask.
      let field = FRAME_SECONDS;
      let mask = 0;
      while (at < bytes.length) {
        let byte = bytes[at++] as number;
        let value = byte & 127;
        for (let scale = 128; byte >= 128; scale *= 128) {
          byte = bytes[at++] as number;
          value += (byte & 127) * scale;
        }
        if (field >= 0) fields[field] = value;
        else if (field === FRAME_SECONDS) seconds = value;
        else {
          key += 1 + value;
          mask = bytes[at++] as number;
          fields.fill(0);
        }
        if (field !== FRAME_SECONDS) {
          if (mask !== 0) {
            // The lowest field that is still to come.
            field = 31 - Math.clz32(mask & -mask);
            mask &= mask - 1;
            continue;
          }
          fill(entry, key, fields, seconds);
          visit(entry);
        }
        field = ENTRY_KEY;
      }
      if (at > bytes.length || field !== ENTRY_KEY)
        throw new RangeError('a frame ends in the middle of an entry');
      return seconds;
    },
  };
}

const FIELDS = 8;
const FRAME_SECONDS = -1;
const ENTRY_KEY = -2;

/** The counterpart of `fieldsOf`. */
function fill(entry: Entry, key: number, fields: Float64Array, frameSeconds: number): void {
  const seconds = fields[7] as number;
  entry.key = key;
  entry.connectedSeconds = fields[0] as number;
  entry.connectedMax = fields[1] as number;
  entry.connectingSeconds = fields[2] as number;
  entry.uploadedBytes = fields[3] as number;
  entry.downloadedBytes = fields[4] as number;
  entry.clients = fields[5] as number;
  entry.runningSeconds = fields[6] as number;
  entry.seconds = seconds === 0 ? frameSeconds : seconds - 1;
}

/** Adds frames of one source up into one. */
export interface FrameSum {
  add(bytes: Uint8Array): void;
  done(): Pick<Frame, 'seconds' | 'entries'>;
}

export function createFrameSum(reader: FrameReader, source: FrameSource): FrameSum {
  const entries = new Map<number, Entry>();
  let seconds = 0;
  const visit = (entry: Readonly<Entry>) => {
    const sum = entries.get(entry.key);
    if (sum === undefined) entries.set(entry.key, { ...entry });
    else addEntry(sum, entry);
  };
  return {
    add(bytes) {
      seconds += reader.read(bytes, visit);
    },
    done() {
      // A country that one of the buckets did not name had no users then: it was observed all the same.
      if (source !== 'stations') for (const entry of entries.values()) entry.seconds = seconds;
      return { seconds, entries: [...entries.values()] };
    },
  };
}

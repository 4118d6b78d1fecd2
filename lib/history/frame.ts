/**
 * One bucket of everything one source said, packed: a number is as short as its value, and what is zero is not there.
 * Two hundred countries of ten seconds take 2.5 KB; as rows of a table they would take four times that, and a chart of
 * them would have to read four hundred times as many rows.
 */

/** Who said it; part of the key under which a frame is stored, so these numbers never change. */
export const SOURCES = { stations: 0, regions: 1, tracker: 2 } as const;
export type FrameSource = keyof typeof SOURCES;

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
    writer.put(mask);
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
  let bytes: Uint8Array = new Uint8Array();
  let at = 0;

  function take(): number {
    let byte = bytes[at++] ?? missing();
    if (byte < 128) return byte;
    let value = byte & 127;
    let scale = 128;
    do {
      byte = bytes[at++] ?? missing();
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte >= 128);
    return value;
  }

  return {
    read(frame, visit) {
      bytes = frame;
      at = 0;
      const version = take();
      if (version !== VERSION) throw new RangeError(`a frame of version ${version} cannot be read`);
      const seconds = take();
      let key = -1;
      while (at < bytes.length) {
        key += 1 + take();
        const mask = take();
        entry.key = key;
        entry.connectedSeconds = mask & 1 ? take() : 0;
        entry.connectedMax = mask & 2 ? take() : 0;
        entry.connectingSeconds = mask & 4 ? take() : 0;
        entry.uploadedBytes = mask & 8 ? take() : 0;
        entry.downloadedBytes = mask & 16 ? take() : 0;
        entry.clients = mask & 32 ? take() : 0;
        entry.runningSeconds = mask & 64 ? take() : 0;
        entry.seconds = mask & 128 ? take() - 1 : seconds;
        visit(entry);
      }
      return seconds;
    },
  };
}

function missing(): never {
  throw new RangeError('a frame ends in the middle of a number');
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

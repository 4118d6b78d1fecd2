/**
 * Reads a capture as it streams in (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html): records are handed
 * on where they lie; only one that is cut by the end of a chunk is copied.
 */

export interface PcapStream {
  /** @throws RangeError when the stream is no capture, or a record is longer than any packet */
  push(chunk: Uint8Array): void;
  /** Records so far. */
  readonly packets: number;
}

/** @param length of the packet on the wire */
export type VisitPacket = (bytes: Uint8Array, from: number, end: number, length: number) => void;

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const MAX_CAPTURED = 262_144;
/** Times in microseconds, and in nanoseconds. */
const MAGICS = [0xa1b2c3d4, 0xa1b23c4d];

/** @param open is told the link type once, and says what becomes of the packets */
export function createPcapStream(open: (linkType: number) => VisitPacket): PcapStream {
  let rest: Uint8Array = new Uint8Array();
  let visit: VisitPacket | null = null;
  let littleEndian = true;
  let packets = 0;

  function readHeader(bytes: Uint8Array): VisitPacket {
    const view = new DataView(bytes.buffer, bytes.byteOffset, FILE_HEADER_BYTES);
    const known = [true, false].find((little) => MAGICS.includes(view.getUint32(0, little)));
    if (known === undefined) throw new RangeError('this is no capture');
    littleEndian = known;
    // The upper bits tell of checksums.
    return open(view.getUint32(20, littleEndian) & 0xffff);
  }

  /** @returns how much of the bytes was read */
  function readRecords(bytes: Uint8Array, start: number, each: VisitPacket): number {
    let at = start;
    while (at + RECORD_HEADER_BYTES <= bytes.length) {
      const captured = littleEndian ? little(bytes, at + 8) : big(bytes, at + 8);
      if (captured > MAX_CAPTURED) throw new RangeError(`a record of ${captured} bytes cannot be`);
      const from = at + RECORD_HEADER_BYTES;
      const end = from + captured;
      if (end > bytes.length) break;
      each(bytes, from, end, littleEndian ? little(bytes, at + 12) : big(bytes, at + 12));
      packets++;
      at = end;
    }
    return at;
  }

  /** @returns how much of the bytes was read */
  function readAll(bytes: Uint8Array, start: number): number {
    let at = start;
    if (visit === null) {
      if (bytes.length - at < FILE_HEADER_BYTES) return at;
      visit = readHeader(bytes);
      at += FILE_HEADER_BYTES;
    }
    return readRecords(bytes, at, visit);
  }

  /** What `rest` must grow to before more can be said of it. */
  function wanted(): number {
    if (visit === null) return FILE_HEADER_BYTES;
    if (rest.length < RECORD_HEADER_BYTES) return RECORD_HEADER_BYTES;
    return RECORD_HEADER_BYTES + (littleEndian ? little(rest, 8) : big(rest, 8));
  }

  return {
    push(chunk) {
      let at = 0;
      while (rest.length > 0 && at < chunk.length) {
        const more = chunk.subarray(at, at + wanted() - rest.length);
        rest = joined(rest, more);
        at += more.length;
        const read = readAll(rest, 0);
        if (read === rest.length) rest = new Uint8Array();
      }
      if (rest.length > 0) return;
      // A copy: the chunk's memory may be used again by whoever gave it.
      rest = chunk.slice(readAll(chunk, at));
    },
    get packets() {
      return packets;
    },
  };
}

function joined(one: Uint8Array, two: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + two.length);
  both.set(one);
  both.set(two, one.length);
  return both;
}

function little(b: Uint8Array, at: number): number {
  return (
    ((b[at] as number) |
      ((b[at + 1] as number) << 8) |
      ((b[at + 2] as number) << 16) |
      ((b[at + 3] as number) << 24)) >>>
    0
  );
}

function big(b: Uint8Array, at: number): number {
  return (
    (((b[at] as number) << 24) |
      ((b[at + 1] as number) << 16) |
      ((b[at + 2] as number) << 8) |
      (b[at + 3] as number)) >>>
    0
  );
}

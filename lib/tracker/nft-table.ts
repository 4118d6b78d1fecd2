/** Reads what `nft -j list table` prints, as it comes and byte by byte: a text of each address would cost more than the rest. */

export interface VisitTable {
  /** A set begins. @returns whether its elements are wanted */
  onSet: (name: string) => boolean;
  /** @param address in network order, as one number */
  onV4: (address: number, packets: number, bytes: number) => void;
  onV6: (address: string, packets: number, bytes: number) => void;
  /** Packets of the counter that was asked for. */
  onCounter: (packets: number) => void;
}

export interface TableReader {
  /** A chunk may end anywhere. */
  push(chunk: Buffer): void;
  end(): void;
}

const NAME = Buffer.from('"name": "');
const VALUE = Buffer.from('"val": "');
/** Between an address and its packets, and between those and their bytes. */
const TO_PACKETS = '", "counter": {"packets": '.length;
const TO_BYTES = ', "bytes": '.length;
const PACKETS = Buffer.from('"packets": ');
const [QUOTE, DOT, CLOSE, ZERO, NINE] = [0x22, 0x2e, 0x7d, 0x30, 0x39];

/** @param counter the name of the one that is asked for */
export function createTableReader(
  counter: string,
  { onSet, onV4, onV6, onCounter }: VisitTable,
): TableReader {
  let rest: Buffer = Buffer.alloc(0);
  let wanted = false;
  /** Where the number that was read last ended. */
  let at = 0;

  function number(text: Buffer, from: number): number {
    let value = 0;
    at = from;
    for (let digit = text[at] ?? 0; digit >= ZERO && digit <= NINE; digit = text[++at] ?? 0)
      value = value * 10 + digit - ZERO;
    return value;
  }

  /** @param from where its address begins */
  function element(text: Buffer, from: number): void {
    let address = number(text, from);
    const isV4 = text[at] === DOT;
    while (isV4 && text[at] === DOT) address = address * 256 + number(text, at + 1);
    if (!isV4) at = text.indexOf(QUOTE, from);
    const end = at;
    const packets = number(text, end + TO_PACKETS);
    const bytes = number(text, at + TO_BYTES);
    if (isV4) onV4(address, packets, bytes);
    else onV6(text.toString('latin1', from, end), packets, bytes);
  }

  /** @param from where the name begins, before all else that is of interest */
  function named(text: Buffer, from: number): void {
    const name = text.toString('latin1', from, text.indexOf(QUOTE, from));
    if (name === counter) onCounter(number(text, text.indexOf(PACKETS, from) + PACKETS.length));
    else wanted = onSet(name);
  }

  /** @param text whole objects, or whole elements of one */
  function read(text: Buffer): void {
    let name = text.indexOf(NAME);
    for (let from = 0; from < text.length; ) {
      const end = name < 0 ? text.length : name;
      if (wanted) elements(text, from, end);
      if (name < 0) return;
      from = name + NAME.length;
      named(text, from);
      name = text.indexOf(NAME, from);
    }
  }

  function elements(text: Buffer, from: number, end: number): void {
    let value = text.indexOf(VALUE, from);
    while (value >= 0 && value < end) {
      element(text, value + VALUE.length);
      value = text.indexOf(VALUE, at);
    }
  }

  return {
    push(chunk) {
      const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      // None of what is looked for has one inside.
      const end = text.lastIndexOf(CLOSE) + 1;
      read(text.subarray(0, end));
      // The chunk's memory is the stream's.
      rest = Buffer.from(text.subarray(end));
    },
    end() {
      read(rest);
      rest = Buffer.alloc(0);
    },
  };
}

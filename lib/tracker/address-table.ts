/**
 * Bytes by address within one window, in flat arrays: no string and no object a packet, and one `fill` takes every
 * address away when the window is over.
 */

/** Takes what a window holds, address by address; the words are those of the address in network order. */
export type VisitAddress = (
  words: Uint32Array,
  isV6: boolean,
  uploadedBytes: number,
  downloadedBytes: number,
) => void;

export interface AddressTable {
  /** @param uploaded whether the packet came from the address */
  addV4(address: number, uploaded: boolean, bytes: number): void;
  addV6(a: number, b: number, c: number, d: number, uploaded: boolean, bytes: number): void;
  readonly size: number;
  /** How many addresses there is memory for, of both families. */
  readonly slots: number;
  /** What did not fit any more: the table is bounded, whatever arrives. */
  readonly overflow: { uploadedBytes: number; downloadedBytes: number };
  visit(visit: VisitAddress): void;
  clear(): void;
}

/** Half of it at most is used; 4 or 16 bytes of address, 1 of state and 16 of counters each. */
const FIRST_SLOTS = 1 << 12;
const MAX_SLOTS = 1 << 21;
const GOLDEN = 0x9e3779b1;

interface Slots {
  mask: number;
  shift: number;
  used: Uint8Array;
  words: Uint32Array;
  /** Downloaded and uploaded side by side: a packet that is counted touches one line of the processor's cache. */
  bytes: Float64Array;
}

function makeSlots(count: number, width: number): Slots {
  return {
    mask: count - 1,
    shift: 32 - Math.log2(count),
    used: new Uint8Array(count),
    words: new Uint32Array(count * width),
    bytes: new Float64Array(count * 2),
  };
}

/** @param maxSlots a power of two; half as many addresses of each family fit */
export function createAddressTable(maxSlots = MAX_SLOTS): AddressTable {
  const v4 = createHalf(1, maxSlots);
  const v6 = createHalf(4, maxSlots);
  const overflow = { uploadedBytes: 0, downloadedBytes: 0 };
  function missed(uploaded: boolean, bytes: number): void {
    if (uploaded) overflow.uploadedBytes += bytes;
    else overflow.downloadedBytes += bytes;
  }
  return {
    addV4(address, uploaded, bytes) {
      if (!v4.add(address, 0, 0, 0, uploaded, bytes)) missed(uploaded, bytes);
    },
    addV6(a, b, c, d, uploaded, bytes) {
      if (!v6.add(a, b, c, d, uploaded, bytes)) missed(uploaded, bytes);
    },
    get size() {
      return v4.size() + v6.size();
    },
    get slots() {
      return v4.slots() + v6.slots();
    },
    overflow,
    visit(visit) {
      v4.visit(visit);
      v6.visit(visit);
    },
    clear() {
      v4.clear();
      v6.clear();
      overflow.uploadedBytes = 0;
      overflow.downloadedBytes = 0;
    },
  };
}

/** Open addressing with linear probing, one address family. */
function createHalf(width: 1 | 4, maxSlots: number) {
  let slots = makeSlots(Math.min(FIRST_SLOTS, maxSlots), width);
  let size = 0;

  function find(into: Slots, a: number, b: number, c: number, d: number): number {
    const { mask, used, words } = into;
    const mixed =
      width === 1 ? a : a ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f);
    let slot = Math.imul(mixed, GOLDEN) >>> into.shift;
    for (;;) {
      if (used[slot] === 0) return slot;
      if (width === 1) {
        if (words[slot] === a) return slot;
      } else {
        const at = slot * 4;
        if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  function put(into: Slots, slot: number, a: number, b: number, c: number, d: number): void {
    into.used[slot] = 1;
    const at = slot * width;
    into.words[at] = a;
    if (width === 1) return;
    into.words[at + 1] = b;
    into.words[at + 2] = c;
    into.words[at + 3] = d;
  }

  function grow(): void {
    const larger = makeSlots((slots.mask + 1) * 2, width);
    const { used, words, bytes } = slots;
    for (let i = 0; i < used.length; i++) {
      if (used[i] === 0) continue;
      const at = i * width;
      const [a = 0, b = 0, c = 0, d = 0] = words.subarray(at, at + width);
      const slot = find(larger, a, b, c, d);
      put(larger, slot, a, b, c, d);
      larger.bytes.set(bytes.subarray(i * 2, i * 2 + 2), slot * 2);
    }
    wipe(slots);
    slots = larger;
  }

  return {
    size: () => size,
    add(a: number, b: number, c: number, d: number, fromThere: boolean, bytes: number): boolean {
      let slot = find(slots, a, b, c, d);
      if (slots.used[slot] === 0) {
        if (size * 2 > slots.mask) {
          if (slots.mask + 1 >= maxSlots) return false;
          grow();
          slot = find(slots, a, b, c, d);
        }
        put(slots, slot, a, b, c, d);
        size++;
      }
      const at = slot * 2 + (fromThere ? 1 : 0);
      slots.bytes[at] = (slots.bytes[at] as number) + bytes;
      return true;
    },
    visit(visit: VisitAddress): void {
      const { used, words, bytes } = slots;
      for (let i = 0; i < used.length; i++) {
        if (used[i] === 0) continue;
        const address = words.subarray(i * width, (i + 1) * width);
        visit(address, width === 4, bytes[i * 2 + 1] as number, bytes[i * 2] as number);
      }
    },
    clear(): void {
      wipe(slots);
      // What a flood of addresses made large gives its memory back, half of it a window.
      if (slots.mask + 1 > FIRST_SLOTS && size * 8 < slots.mask)
        slots = makeSlots((slots.mask + 1) / 2, width);
      size = 0;
    },
    slots: () => slots.mask + 1,
  };
}

function wipe({ used, words, bytes }: Slots): void {
  used.fill(0);
  words.fill(0);
  bytes.fill(0);
}

/** From the addresses of one window to totals of countries; nothing but those leaves. */
import { createAddressTable } from './address-table.ts';
import { v4Text, v6Text } from './address-text.ts';
import { createHasher, createSketch, type Hasher, type Sketch } from './sketch.ts';
import { isPrivateV4, isPrivateV6, type OwnAddresses } from './special-addresses.ts';

export interface CountryTotal {
  /** Two capital letters, `unknown`, `private` or `own`. */
  code: string;
  uploadedBytes: number;
  downloadedBytes: number;
  /** Different addresses in the window. */
  active: number;
  /** Different addresses since midnight UTC, estimated. */
  clientsToday: number;
}

export interface Tally {
  table: ReturnType<typeof createAddressTable>;
  /**
   * Ends the window: counts its addresses into countries and forgets every one of them.
   * @param endMs when it ended, milliseconds since the epoch; a new day begins with a new key and empty sketches
   */
  close(endMs: number): CountryTotal[];
}

const DAY_MS = 86_400_000;

export function createTally({
  countryOf,
  own,
}: {
  /** @returns a code, or null when nobody knows. */
  countryOf: (address: string) => string | null;
  own: () => OwnAddresses;
}): Tally {
  const table = createAddressTable();
  let day = -1;
  let hasher: Hasher = createHasher();
  let sketches = new Map<string, Sketch>();

  function codeOf(words: Uint32Array, isV6: boolean): string {
    const first = words[0] ?? 0;
    if (own().has(words)) return 'own';
    if (isV6 ? isPrivateV6(words) : isPrivateV4(first)) return 'private';
    return countryOf(isV6 ? v6Text(words) : v4Text(first)) ?? 'unknown';
  }

  /** The window belongs to the day in which it began. */
  function beginDay(endMs: number): void {
    const today = Math.floor((endMs - 1) / DAY_MS);
    if (today === day) return;
    day = today;
    hasher = createHasher();
    sketches = new Map();
  }

  return {
    table,
    close(endMs) {
      beginDay(endMs);
      const totals = new Map<string, CountryTotal>();
      const of = (code: string): CountryTotal => {
        let total = totals.get(code);
        if (total === undefined) {
          total = { code, uploadedBytes: 0, downloadedBytes: 0, active: 0, clientsToday: 0 };
          totals.set(code, total);
        }
        return total;
      };
      table.visit((words, isV6, uploadedBytes, downloadedBytes) => {
        const code = codeOf(words, isV6);
        const total = of(code);
        total.uploadedBytes += uploadedBytes;
        total.downloadedBytes += downloadedBytes;
        total.active++;
        let sketch = sketches.get(code);
        if (sketch === undefined) {
          sketch = createSketch();
          sketches.set(code, sketch);
        }
        sketch.add(hasher.hash(words));
      });
      const { overflow } = table;
      if (overflow.uploadedBytes + overflow.downloadedBytes > 0) {
        const unknown = of('unknown');
        unknown.uploadedBytes += overflow.uploadedBytes;
        unknown.downloadedBytes += overflow.downloadedBytes;
      }
      table.clear();
      for (const total of totals.values()) total.clientsToday = sketches.get(total.code)?.count() ?? 0;
      return [...totals.values()];
    },
  };
}

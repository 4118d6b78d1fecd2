/**
 * Which station a hash of the kernel leads to. The table is filled as in Maglev (Eisenbud et al., NSDI 2016, 3.4):
 * every station gets the same number of slots, give or take one, and most slots stay where they were when a station
 * comes or goes. Pure.
 */
import type { Backend } from './render.ts';

/** Primes, so that every skip visits every slot. About a hundred slots a station are enough for even shares. */
const SMALL_TABLE = 4099;
const LARGE_TABLE = 65_537;
const SMALL_UP_TO = 400;

/** @returns the address for each hash value; empty without stations */
export function fillSlots(backends: readonly Backend[]): string[] {
  if (backends.length === 0) return [];
  const size = backends.length <= SMALL_UP_TO ? SMALL_TABLE : LARGE_TABLE;
  const slots = new Array<string | undefined>(size);
  const turns = backends.map(({ index, address }) => ({
    address,
    next: mix(index, 0x9e3779b9) % size,
    skip: (mix(index, 0x85ebca6b) % (size - 1)) + 1,
  }));
  for (let filled = 0; ; ) {
    for (const turn of turns) {
      while (slots[turn.next] !== undefined) turn.next = (turn.next + turn.skip) % size;
      slots[turn.next] = turn.address;
      if (++filled === size) return slots as string[];
    }
  }
}

/** A 32-bit finaliser: neighbours in, strangers out. */
function mix(value: number, seed: number): number {
  let h = (value ^ seed) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

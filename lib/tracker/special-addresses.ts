/** Addresses that are in no country: of private networks, and of this server. Pure. */
import { addressWords } from './address-text.ts';

type Prefix = [network: string, bits: number];
/** IANA's special-purpose registries (RFC 6890 and its updates), what a server can meet of them. */
const PRIVATE_V4: Prefix[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
const PRIVATE_V6: Prefix[] = [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  ['2001:db8::', 32],
];

/** Word by word: what of the address is compared, and with what. */
interface Mask {
  masks: Uint32Array;
  values: Uint32Array;
}

function toMask([network, bits]: Prefix): Mask {
  const values = addressWords(network) ?? new Uint32Array(1);
  const masks = values.map((_, i) => {
    const left = Math.min(32, Math.max(0, bits - 32 * i));
    return left === 0 ? 0 : (0xffffffff << (32 - left)) >>> 0;
  });
  return { masks, values };
}

const v4Masks = PRIVATE_V4.map(toMask);
const v6Masks = PRIVATE_V6.map(toMask);

export function isPrivateV4(address: number): boolean {
  return v4Masks.some(({ masks, values }) => (address & (masks[0] ?? 0)) >>> 0 === values[0]);
}

export function isPrivateV6(words: Uint32Array): boolean {
  return v6Masks.some(({ masks, values }) =>
    masks.every((mask, i) => ((words[i] ?? 0) & mask) >>> 0 === values[i]),
  );
}

/** The addresses this server has. */
export interface OwnAddresses {
  v4: readonly number[];
  v6: readonly Uint32Array[];
  has(words: Uint32Array): boolean;
}

export function ownAddresses(texts: readonly string[]): OwnAddresses {
  const all = texts.map(addressWords).filter((words) => words !== null);
  const v4 = all.filter((words) => words.length === 1).map((words) => words[0] ?? 0);
  const v6 = all.filter((words) => words.length === 4);
  return {
    v4,
    v6,
    has: (words) =>
      words.length === 1
        ? v4.includes(words[0] ?? 0)
        : v6.some((one) => one.every((word, i) => word === words[i])),
  };
}

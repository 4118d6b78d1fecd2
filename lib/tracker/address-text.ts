/** Addresses between their words and their text. Text exists for as long as a lookup takes. */
import { isIPv4, isIPv6 } from 'node:net';

export function v4Text(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** Without `::`, which readers of addresses do not need. */
export function v6Text(words: Uint32Array): string {
  let text = '';
  for (const word of words) {
    if (text !== '') text += ':';
    text += `${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
  }
  return text;
}

/** @returns one word or four, in network order; null for what is no address */
export function addressWords(text: string): Uint32Array | null {
  if (isIPv4(text)) return Uint32Array.of(v4Word(text));
  if (!isIPv6(text)) return null;
  const plain = text.split('%', 1)[0] ?? '';
  const lastColon = plain.lastIndexOf(':');
  const tail = plain.slice(lastColon + 1);
  const groups = tail.includes('.') ? `${plain.slice(0, lastColon + 1)}${v4Groups(tail)}` : plain;
  const [head = '', rest] = groups.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = rest === undefined || rest === '' ? [] : rest.split(':');
  const middle = new Array<string>(rest === undefined ? 0 : 8 - before.length - after.length).fill('0');
  const parts = [...before, ...middle, ...after].map((part) => Number.parseInt(part, 16));
  return Uint32Array.from(
    { length: 4 },
    (_, i) => (((parts[2 * i] ?? 0) << 16) | (parts[2 * i + 1] ?? 0)) >>> 0,
  );
}

function v4Word(text: string): number {
  return text.split('.').reduce((word, byte) => ((word << 8) | Number(byte)) >>> 0, 0);
}

function v4Groups(text: string): string {
  const word = v4Word(text);
  return `${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
}

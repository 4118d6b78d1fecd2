/** Looks for addresses in whatever bytes a program left behind: in every spelling, and as the bytes they are. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addressWords, v4Text, v6Text } from '../../lib/tracker/address-text.ts';

export interface AddressSearch {
  /** @returns the spellings that were found, without the address, such as `IPv4 as hexadecimal` */
  find(bytes: Buffer | string): string[];
  /** Each spelling of each address as it could lie in a file. */
  spellings: readonly Spelling[];
}

interface Spelling {
  name: string;
  bytes: Buffer;
  /** Text is found in either case; a number only where no digit comes before or after it. */
  kind: 'bytes' | 'text' | 'number' | 'exact';
}

export function createAddressSearch(addresses: readonly string[]): AddressSearch {
  const spellings = addresses.flatMap(spellingsOf);
  return {
    spellings,
    find(input) {
      const bytes = typeof input === 'string' ? Buffer.from(input) : input;
      const exact = bytes.toString('latin1');
      const lower = exact.toLowerCase();
      return spellings
        .filter(({ kind, bytes: form }) => {
          if (kind === 'bytes') return bytes.includes(form);
          const text = form.toString('latin1');
          if (kind === 'exact') return exact.includes(text);
          if (kind === 'text') return lower.includes(text.toLowerCase());
          return new RegExp(`(?<!\\d)${text}(?!\\d)`).test(exact);
        })
        .map(({ name }) => name);
    },
  };
}

/** Every file below, the sockets and pipes left out. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** What a file holds; one that went away meanwhile holds nothing. */
export function contentOf(file: string): Promise<Buffer> {
  return readFile(file).catch(() => Buffer.alloc(0));
}

function spellingsOf(address: string): Spelling[] {
  const words = addressWords(address);
  if (words === null) throw new Error('not an address');
  const bytes = Buffer.alloc(words.length * 4);
  words.forEach((word, i) => {
    bytes.writeUInt32BE(word, i * 4);
  });
  const reversed = Buffer.from(bytes).reverse();
  const perWord = Buffer.from(bytes).swap32();
  const family = words.length === 1 ? 'IPv4' : 'IPv6';
  const texts = words.length === 1 ? v4Texts(words[0] ?? 0) : v6Texts(words, address);
  const number = (from: Buffer) => BigInt(`0x${from.toString('hex')}`).toString();
  const spelling = (kind: Spelling['kind'], name: string, form: Buffer | string): Spelling => ({
    kind,
    name: `${family} ${name}`,
    bytes: Buffer.from(form),
  });
  return [
    ...Object.entries(texts).map(([name, text]) => spelling('text', name, text)),
    ...[...Object.values(texts), bytes].flatMap((form) =>
      base64Of(form).map((text) => spelling('exact', 'in base64', text)),
    ),
    spelling('text', 'as hexadecimal', bytes.toString('hex')),
    // As in /proc/net.
    spelling('text', 'as hexadecimal of the kernel', perWord.toString('hex')),
    spelling('number', 'as a number', number(bytes)),
    spelling('number', 'as a number of the kernel', number(perWord)),
    spelling('bytes', 'in binary', bytes),
    spelling('bytes', 'in binary, reversed', reversed),
    spelling('bytes', 'in binary, word by word', perWord),
    spelling('bytes', 'in UTF-16', Buffer.from(address, 'utf16le')),
  ];
}

function v4Texts(word: number): Record<string, string> {
  const text = v4Text(word);
  const parts = text.split('.');
  const hex = (half: number) => half.toString(16);
  return {
    // Mapped into IPv6, `::ffff:192.0.2.1`, it has this in it.
    text,
    'with zeros': parts.map((part) => part.padStart(3, '0')).join('.'),
    'as the name server is asked': `${parts.toReversed().join('.')}.in-addr`,
    'mapped into IPv6': `ffff:${hex(word >>> 16)}:${hex(word & 0xffff)}`,
  };
}

function v6Texts(words: Uint32Array, address: string): Record<string, string> {
  const groups = v6Text(words).split(':');
  const digits = groups.map((group) => group.padStart(4, '0'));
  return {
    text: address,
    uncompressed: groups.join(':'),
    'with zeros': digits.join(':'),
    'in an address of the web': address.replaceAll(':', '%3a'),
    'as the name server is asked': [...digits.join('')].reverse().join('.'),
  };
}

/** Whatever comes before it: three ways to begin, and only the letters that nothing around it changes. */
function base64Of(form: Buffer | string): string[] {
  const bytes = Buffer.from(form);
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const inner = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    // Of four bytes too little is left to be told from chance.
    return inner.length < 8 ? [] : [inner];
  });
}

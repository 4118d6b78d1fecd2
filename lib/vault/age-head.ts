/** The first lines of an age file: what it is sealed with, before anything is spent on opening it. Pure. */
import { DamagedArchive } from './failures.ts';

/** Enough for the lines that are looked at. */
export const HEAD_BYTES = 512;
const VERSION = 'age-encryption.org/v1\n';
/** 256 MB of memory, the default of the age tool. */
const LARGEST_WORK_FACTOR = 18;

/** @throws DamagedArchive when it is no age file, not sealed with a passphrase, or would take too much memory to open */
export function checkAgeHead(head: Uint8Array): void {
  const text = Buffer.from(head).toString('latin1');
  if (text.startsWith('-----BEGIN AGE ENCRYPTED FILE-----'))
    throw new DamagedArchive('it is an age file as text; this program reads the binary form');
  if (!text.startsWith(VERSION)) throw new DamagedArchive('it is not in the age format');
  const stanza = /^-> (\S+)(.*)\n/.exec(text.slice(VERSION.length));
  if (stanza?.[1] !== 'scrypt')
    throw new DamagedArchive('it is an age file that is sealed for a key, not with a passphrase');
  const factor = Number(/ (\d{1,2})$/.exec(stanza[2] ?? '')?.[1] ?? Number.NaN);
  if (!(factor <= LARGEST_WORK_FACTOR))
    throw new DamagedArchive(
      `opening it would take more than 256 MB of memory (work factor ${Number.isNaN(factor) ? 'unknown' : factor})`,
    );
}

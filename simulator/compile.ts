import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { AppError } from '../lib/contract/errors.ts';
import { run } from '../lib/host/run.ts';

export const SOURCES = ['main', 'loop', 'flags', 'key', 'sessions', 'report', 'http', 'control'];

/**
 * Compiles the simulated station into `directory`.
 * @returns path of the program. @throws AppError host_unsupported naming the Debian packages that are missing
 */
export async function compileSimulator(directory: string): Promise<string> {
  const source = join(import.meta.dirname, 'src');
  const words = wordlist.map((word) => `"${word}"`).join(',');
  await writeFile(join(directory, 'words.h'), `static const char *const WORDS[2048] = {${words}};\n`);
  const program = join(directory, 'conduit');
  const files = SOURCES.map((name) => join(source, `${name}.c`));
  try {
    await run('gcc', [
      '-std=gnu11',
      '-O2',
      '-Wall',
      '-Wextra',
      '-D_GNU_SOURCE',
      `-I${directory}`,
      '-o',
      program,
      ...files,
      '-lcrypto',
      '-lm',
    ]);
  } catch (cause) {
    throw new AppError('host_unsupported', {
      message: `The simulator could not be compiled: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy: 'It needs a C compiler and OpenSSL: sudo apt-get install gcc libc6-dev libssl-dev',
      cause,
    });
  }
  return program;
}

// Every command that an error, a page or a help text tells people to run exists, with the options it is given.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Command } from './command.ts';
import { commands } from './commands/table.ts';

const root = join(import.meta.dirname, '..');
const FOLDERS = ['agent', 'app', 'cli', 'components', 'lib'];
const TOLD = /(?:sudo (?:\.\/)?|\.\/|`)conduit ([a-z][^`'"\n]*?)(?=[`'"\n]|<\/|$)/g;

/** @returns what is wrong with the words after `conduit`; null for a command that exists */
function fault(words: readonly string[]): string | null {
  let found: Command = { name: '', summary: '', subcommands: [...commands] };
  let at = 0;
  while (found.subcommands !== undefined) {
    const next: Command | undefined = found.subcommands.find(({ name }) => name === words[at]);
    if (next === undefined && found.run !== undefined) break;
    if (next === undefined) return `there is no command ${words.slice(0, at + 1).join(' ')}`;
    found = next;
    at += 1;
  }
  const known = (found.options ?? []).flatMap(({ flags }) => flags.split(/[ ,]+/));
  for (const word of words.slice(at)) {
    // What is filled in when it is told is not known here.
    if (/^-[^$]*$/.test(word) && word !== '--help' && !known.includes(word))
      return `${words.slice(0, at).join(' ')} has no option ${word}`;
    // Where an argument ends and the sentence goes on cannot be told.
    if (!/^(-|\d|\$|<|[A-Z]+$)/.test(word)) break;
  }
  return null;
}

async function* toldCommands(): AsyncGenerator<{ where: string; words: string[] }> {
  for (const folder of FOLDERS)
    for (const file of await readdir(join(root, folder), { recursive: true })) {
      if (!/\.tsx?$/.test(file) || file.endsWith('.test.ts')) continue;
      const text = await readFile(join(root, folder, file), 'utf8');
      for (const [, told = ''] of text.matchAll(TOLD)) {
        // A line of a help text may end in the middle of a string.
        const words = told
          .split('\\n', 1)
          .join('')
          .split(' ')
          .map((word) => word.replace(/(?<!\.)[.,;:)\\]+$/, ''));
        yield { where: `${folder}/${file}`, words };
      }
    }
}

describe('a command that people are told to run', () => {
  it('exists', async () => {
    const faults: string[] = [];
    let seen = 0;
    for await (const { where, words } of toldCommands()) {
      seen += 1;
      const wrong = words[0] === 'help' ? null : fault(words);
      if (wrong !== null) faults.push(`${where}: ${wrong}`);
    }
    expect(faults).toEqual([]);
    expect(seen).toBeGreaterThan(100);
  });

  it.each([
    ['restart --all', 'restart has no option --all'],
    ['restert 3', 'there is no command restert'],
    ['nginx wipe', 'there is no command nginx wipe'],
    ['restart 3 5-9', null],
    ['logs --agent', null],
  ])('is looked at closely enough: %s', (told, wrong) => {
    expect(fault(told.split(' '))).toBe(wrong);
  });
});

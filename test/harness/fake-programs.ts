/** Programs that stand in for those of the host, first on PATH: small shell scripts in a directory of their own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface FakePrograms {
  directory: string;
  /** @param script what the program does; it finds its arguments as a shell has them */
  put(name: string, script: string): void;
  remove(): void;
}

export function fakePrograms(): FakePrograms {
  const directory = mkdtempSync(join(tmpdir(), 'programs-'));
  const before = process.env.PATH ?? '';
  mkdirSync(directory, { recursive: true });
  process.env.PATH = `${directory}${delimiter}${before}`;
  return {
    directory,
    put: (name, script) => writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
    remove() {
      process.env.PATH = before;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

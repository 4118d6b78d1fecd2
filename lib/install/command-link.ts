/** The command `conduit` for the whole host: a link to the release's, where the name is free. */
import { lstat, mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Layout } from './layout.ts';
import { noteInManifest, withEntry } from './manifest.ts';
import { right, type Step, wrong } from './step.ts';

type Occupant = 'free' | 'ours' | 'other';

export function commandStep(layout: Layout): Step {
  return {
    title: `Command ${layout.command}`,
    remedy: `Call the command by its path instead: ${layout.current}/conduit`,
    async check() {
      switch (await occupantOf(layout)) {
        case 'ours':
          return right();
        case 'other':
          return right(`left alone: another program has this name; ours is ${layout.current}/conduit`);
        case 'free':
          return wrong('does not exist yet');
      }
    },
    async apply() {
      await mkdir(dirname(layout.command), { recursive: true });
      const temporary = `${layout.command}.${process.pid}.tmp`;
      await symlink(targetOf(layout), temporary);
      await rename(temporary, layout.command);
      await noteInManifest(layout.paths.installManifest, ({ files }) => ({
        files: withEntry(files, layout.command),
      }));
    },
  };
}

export async function removeCommand(layout: Layout): Promise<boolean> {
  if ((await occupantOf(layout)) !== 'ours') return false;
  await rm(layout.command);
  return true;
}

async function occupantOf(layout: Layout): Promise<Occupant> {
  try {
    const found = await lstat(layout.command);
    return found.isSymbolicLink() && (await readlink(layout.command)) === targetOf(layout) ? 'ours' : 'other';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'free';
    throw error;
  }
}

function targetOf(layout: Layout): string {
  return `${layout.current}/conduit`;
}

/**
 * Releases: agent, panel and CLI as built from one state of the sources, in a directory named after its hash. They
 * run from there and not from the checkout, which may lie where the panel's account cannot read, and may change.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import {
  copyFile,
  cp,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { atomicWrite } from '../host/atomic-write.ts';

/** Everything that ends up in a release or decides how it is built. */
const SOURCES = [
  'agent',
  'app',
  'cli',
  'components',
  'db',
  'lib',
  'public',
  'scripts',
  'templates',
  'next.config.js',
  'package-lock.json',
  'package.json',
  'postcss.config.mjs',
  'proxy.ts',
  'tsconfig.json',
];
const KEPT_RELEASES = 2;

/** Hash of the sources in `checkout` for this processor; tests do not count. */
export async function sourceHash(checkout: string): Promise<string> {
  const hash = createHash('sha256').update(`${process.version} ${process.arch}\0`);
  for (const file of await sourceFiles(checkout)) {
    hash
      .update(`${file}\0`)
      .update(await readFile(join(checkout, file)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/** The release in use, null when there is none. */
export async function currentRelease(current: string): Promise<string | null> {
  try {
    return (await readlink(current)).split('/').at(-1) ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export interface AssembleOptions {
  /** Built checkout: with `.next/standalone` and `dist`. */
  checkout: string;
  releasesDir: string;
  name: string;
}

/** Puts a release together beside its final place and renames it there: it is complete or not there at all. */
export async function assembleRelease({ checkout, releasesDir, name }: AssembleOptions): Promise<void> {
  const partial = join(releasesDir, `${name}.partial`);
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o755 });
  const copy = (from: string, to: string) =>
    cp(join(checkout, from), join(partial, to), { recursive: true, verbatimSymlinks: true });
  await copy('.next/standalone', 'panel');
  await copy('.next/static', 'panel/.next/static');
  await copy('public', 'panel/public');
  await copy('dist', 'dist');
  await copy('db/migrations', 'db/migrations');
  await copy('templates', 'templates');
  await copyModules(checkout, partial);
  await mkdir(join(partial, 'node/bin'), { recursive: true });
  await copyFile(process.execPath, join(partial, 'node/bin/node'), constants.COPYFILE_FICLONE);
  await atomicWrite(join(partial, 'conduit'), wrapper(), 0o755);
  await rm(join(releasesDir, name), { recursive: true, force: true });
  await rename(partial, join(releasesDir, name));
}

/** Points `current` at a release; a reader sees the old one or the new one. */
export async function switchToRelease(current: string, releasesDir: string, name: string): Promise<void> {
  const temporary = `${current}.${process.pid}.tmp`;
  await rm(temporary, { force: true });
  await symlink(join(releasesDir, name), temporary);
  await rename(temporary, current);
  const now = new Date();
  await utimes(join(releasesDir, name), now, now);
}

/** Removes all but the newest releases and whatever an interrupted build left. The one in use always stays. */
export async function pruneReleases(releasesDir: string, inUse: string): Promise<void> {
  const { stat } = await import('node:fs/promises');
  const names = await readdir(releasesDir);
  const aged = await Promise.all(
    names.map(async (name) => ({ name, usedAt: (await stat(join(releasesDir, name))).mtimeMs })),
  );
  const complete = aged
    .filter(({ name }) => !name.endsWith('.partial') && name !== inUse)
    .toSorted((a, b) => b.usedAt - a.usedAt)
    .map(({ name }) => name);
  const partial = names.filter((name) => name.endsWith('.partial'));
  for (const name of [...complete.slice(KEPT_RELEASES - 1), ...partial])
    await rm(join(releasesDir, name), { recursive: true, force: true });
}

/** What the bundles load by name or read by path at run time. */
async function copyModules(checkout: string, release: string): Promise<void> {
  const sqlite = 'node_modules/better-sqlite3';
  const files = [`${sqlite}/package.json`, `${sqlite}/lib`, `${sqlite}/prebuilds/linux-${process.arch}.node`];
  const countries = 'node_modules/@ip-location-db/geo-whois-asn-country-mmdb';
  for (const path of [...files, countries]) {
    await mkdir(dirname(join(release, path)), { recursive: true });
    await cp(join(checkout, path), join(release, path), { recursive: true });
  }
}

/** Finds its release through the link it is called by; a plain script, so that no shebang picks an old Node. */
function wrapper(): string {
  return [
    '#!/bin/sh',
    '# The installed `conduit` command.',
    'release=$(dirname "$(readlink -f "$0")")',
    'exec "$release/node/bin/node" "$release/dist/cli.mjs" "$@"',
    '',
  ].join('\n');
}

async function sourceFiles(checkout: string): Promise<string[]> {
  const lists = await Promise.all(
    SOURCES.map(async (name) => {
      try {
        const inside = await readdir(join(checkout, name), { recursive: true, withFileTypes: true });
        return inside
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(checkout.length + 1));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOTDIR') return [name];
        throw error;
      }
    }),
  );
  return lists
    .flat()
    .filter((file) => !/\.test\.tsx?$|\.snap$/.test(file))
    .sort();
}

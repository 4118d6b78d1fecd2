/** Builds the checkout into a release when its sources are not released yet, and puts the release to use. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, run } from '../host/run.ts';
import type { Layout } from './layout.ts';
import { noteInManifest } from './manifest.ts';
import { assembleRelease, currentRelease, pruneReleases, sourceHash, switchToRelease } from './release.ts';
import { right, type Step, wrong } from './step.ts';

const BUILD_TIMEOUT_MS = 20 * 60_000;
/** What a traced build consists of; anything else means that the bundler copied what it should not. */
const STANDALONE = new Set(['.next', 'node_modules', 'package.json', 'server.js']);

export function releaseStep(layout: Layout, checkout: string): Step {
  return {
    title: 'Program',
    remedy:
      'The build needs about 1.5 GB of memory and 1 GB of disk: `free -m` and `df -h` tell. Then run this again.',
    async check() {
      const hash = await sourceHash(checkout);
      if ((await currentRelease(layout.current)) === hash && existsSync(layout.current))
        return right(`release ${hash}`);
      return wrong(`release ${hash} is not in use yet`);
    },
    async apply(say) {
      const name = await sourceHash(checkout);
      if (!existsSync(join(layout.releasesDir, name))) {
        say('Building panel, agent and command; this takes half a minute, more on a small server');
        await build(checkout);
        await assembleRelease({ checkout, releasesDir: layout.releasesDir, name });
      }
      await switchToRelease(layout.current, layout.releasesDir, name);
      await pruneReleases(layout.releasesDir, name);
      await noteInManifest(layout.paths.installManifest, () => ({ checkout }));
    },
  };
}

/** For the installed command, which has no sources: whatever is in use is right. */
export function existingReleaseStep(layout: Layout): Step {
  return {
    title: 'Program',
    remedy: 'Run `./conduit up` in a checkout of the sources.',
    async check() {
      const name = await currentRelease(layout.current);
      return name === null ? wrong('nothing is installed') : right(`release ${name}`);
    },
    async apply() {
      throw new Error('there are no sources here to build it from');
    },
  };
}

async function build(checkout: string): Promise<void> {
  const options = {
    cwd: checkout,
    timeoutMs: BUILD_TIMEOUT_MS,
    env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  };
  // A standalone folder of an earlier build keeps files the new one no longer has.
  await rm(join(checkout, '.next/standalone'), { recursive: true, force: true });
  try {
    await run(process.execPath, [join(checkout, 'node_modules/next/dist/bin/next'), 'build'], options);
    await run(process.execPath, ['scripts/one-byte.ts'], options);
    await run(process.execPath, ['scripts/bundle.ts'], options);
  } catch (error) {
    if (error instanceof CommandError)
      throw new Error(`${error.message}\n${lastLines(`${error.stdout}\n${error.stderr}`, 30)}`, {
        cause: error,
      });
    throw error;
  }
  await refuseStrayFiles(checkout);
}

/** A path the bundler cannot follow makes it copy the whole project, secrets and all. */
async function refuseStrayFiles(checkout: string): Promise<void> {
  const { readdir } = await import('node:fs/promises');
  const stray = (await readdir(join(checkout, '.next/standalone'))).filter((name) => !STANDALONE.has(name));
  if (stray.length > 0)
    throw new Error(`the panel's build holds files that are not the panel's: ${stray.join(', ')}`);
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

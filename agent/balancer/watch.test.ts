// What happens to a configuration that others changed, with a clock of the test's own.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../test/harness/wait-for.ts';
import { watchBalancer } from './watch.ts';

let directory = '';
let stop: () => Promise<void> = async () => undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watch-'));
});
afterEach(async () => {
  await stop();
  await rm(directory, { recursive: true });
});

/** @param mendConfig what nginx says of the file that is there */
async function watched(mendConfig: () => Promise<string | null>) {
  const path = join(directory, 'nginx.conf');
  await writeFile(path, 'ours');
  const world = { nowMs: 1_000_000, ticks: 0, mends: 0, seen: '', said: [] as string[] };
  const watch = watchBalancer({
    everyMs: 2,
    now: () => world.nowMs,
    log: pino({ level: 'silent' }),
    activity: {
      record: ({ summary, outcome }) => void world.said.push(`${outcome}: ${summary}`),
      list: () => ({ entries: [], more: false }),
    },
    isWanted: () => true,
    hasFailed: () => false,
    configPath: () => path,
    currentMaster: async () => 1,
    bringBack: async () => undefined,
    mendConfig: async () => {
      world.mends++;
      return mendConfig();
    },
    sawGone: () => undefined,
    sawConfig: (text) => {
      world.seen = text ?? '';
    },
    sawRunning: async () => undefined,
    sawWorkers: async () => {
      world.ticks++;
    },
  });
  watch.start();
  stop = () => watch.stop();
  await waitFor('the first look', () => world.seen === 'ours');
  /** So much time passes, and the watch looks at least twice at that moment. */
  const pass = async (ms: number) => {
    for (let i = 0; i < 2; i++) {
      const before = world.ticks;
      world.nowMs += i === 0 ? ms : 4000;
      await waitFor('a look', () => world.ticks > before);
    }
  };
  const edit = async (text: string) => {
    await writeFile(path, text);
    await waitFor('the change to be seen', () => world.seen === text);
  };
  return { world, pass, edit };
}

describe('watchBalancer', () => {
  it('puts a damaged file right once nobody writes to it any more, and says so', async () => {
    const { world, pass, edit } = await watched(async () => 'unexpected end of file');
    await pass(20_000);
    world.mends = 0;
    world.said.length = 0;
    await edit('half');
    await pass(5000);
    await edit('half an edit');
    await pass(5000);
    expect(world.mends).toBe(0);
    await pass(15_000);
    expect(world.mends).toBe(1);
    expect(world.said).toEqual([expect.stringMatching(/^ok: .*nginx\.conf was damaged \(unexpected end/)]);
  });

  it('leaves a deliberate edit that nginx would take, and does not ask again and again', async () => {
    const { world, pass, edit } = await watched(async () => null);
    await pass(20_000);
    world.mends = 0;
    await edit('valid');
    for (let i = 0; i < 4; i++) await pass(15_000);
    expect(world.mends).toBe(1);
    expect(world.said).toEqual([]);
  });

  it('says when it could not be put right', async () => {
    const { world, pass } = await watched(() => Promise.reject(new Error('the disk is full')));
    await pass(20_000);
    expect(world.said).toEqual([
      expect.stringMatching(/^failed: .*could not be put right: the disk is full$/),
    ]);
  });
});

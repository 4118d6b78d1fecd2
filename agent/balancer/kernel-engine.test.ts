// The engine with stand-ins for nft and iptables that keep one table in a file, so that the order of things is seen.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_BALANCER_SETTINGS } from '../../lib/contract/settings.ts';
import { readIfThere } from '../../lib/host/absent.ts';
import { waitFor } from '../../test/harness/wait-for.ts';
import { createKernelEngine } from './kernel-engine.ts';

const PATH = process.env.PATH;
const kernel = { ...DEFAULT_BALANCER_SETTINGS, engine: 'kernel' as const };
const backends = [1, 2, 3].map((index) => ({ index, address: `10.1.0.${index + 1}` }));
const none: ReadonlySet<number> = new Set();
const create = () => createKernelEngine({ prefix: 'unit', log: pino({ level: 'silent' }) });
let directory = '';
const file = (name: string) => join(directory, name);

/** `held` makes the next list of chains wait; `table` is there while the table is. */
const NFT = `#!/bin/sh
PATH=/usr/bin:/bin
cd "\${0%/*}"
echo "$*" >>calls
case "$1" in
  -f) cat >script; : >table ;;
  delete) rm -f table ;;
  list) [ -e table ] && found='table ip unit_balancer {'
    : >asked; while [ -e held ]; do sleep 0.02; done
    echo "$found" ;;
esac
`;

/** Says which addresses were forgotten, and whether the rules led to them then. */
const CONNTRACK = `#!/bin/sh
PATH=/usr/bin:/bin
cd "\${0%/*}"
[ "$1" = --version ] && exit 0
[ -e broken ] && exit 2
grep -q "$5" script && echo "$5 early" >>forgotten || echo "$5" >>forgotten
`;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernel-engine-'));
  await writeFile(file('nft'), NFT, { mode: 0o755 });
  // No rule is there, and no chain of Docker's to put one in.
  await writeFile(file('iptables'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  await writeFile(file('conntrack'), CONNTRACK, { mode: 0o755 });
  process.env.PATH = `${directory}:${PATH}`;
});
afterEach(async () => {
  process.env.PATH = PATH;
  await rm(directory, { recursive: true });
});

describe('createKernelEngine', { timeout: 30_000 }, () => {
  it('puts rules back that somebody removed', async () => {
    const engine = create();
    await engine.follow(kernel, backends, none);
    expect(await engine.check()).toBe(false);
    await rm(file('table'));
    expect(await engine.check()).toBe(true);
    expect(existsSync(file('table'))).toBe(true);
  });

  it('removes the rules for good, although a look just found them gone', async () => {
    const engine = create();
    await engine.follow(kernel, backends, none);
    await rm(file('table'));
    await rm(file('asked'), { force: true });
    await writeFile(file('held'), '');
    const look = engine.check();
    await waitFor('the look to begin', () => existsSync(file('asked')));
    const removed = engine.remove();
    await rm(file('held'));
    await Promise.all([look, removed]);
    expect(existsSync(file('table'))).toBe(false);
    expect(await engine.check()).toBe(false);
    expect(existsSync(file('table'))).toBe(false);
  });

  it('asks nft for chains only, since every other list reads all clients in the sets', async () => {
    const engine = create();
    await engine.follow({ ...kernel, sessionsPerClient: 10 }, backends, none);
    await engine.check();
    const lists = (await readFile(file('calls'), 'utf8')).split('\n').filter((call) => call.includes('list'));
    expect(new Set(lists)).toEqual(new Set(['list chains ip']));
  });

  it('leads datagrams away from a station that left once the rules lead elsewhere, and lets a draining one be', async () => {
    const engine = create();
    await engine.follow(kernel, backends, none);
    await engine.follow(kernel, backends.slice(1), none);
    await engine.follow(kernel, backends.slice(2), new Set([2]));
    expect(await forgotten()).toEqual(['10.1.0.2']);
  });

  it('does so for a station that left while the agent was away', async () => {
    const engine = create();
    engine.assume(backends);
    await engine.follow(kernel, backends.slice(0, 2), none);
    expect(await forgotten()).toEqual(['10.1.0.4']);
  });

  it('tries again what failed, but not for a station that is back', async () => {
    const engine = create();
    await engine.follow(kernel, backends, none);
    await writeFile(file('broken'), '');
    await engine.follow(kernel, backends.slice(2), none);
    expect(await forgotten()).toEqual([]);
    await engine.follow(kernel, backends.slice(1), none);
    await rm(file('broken'));
    await engine.check();
    expect(await forgotten()).toEqual(['10.1.0.2']);
  });

  it('says when the program it needs for that is missing, until it is there', async () => {
    process.env.PATH = directory;
    await rm(file('conntrack'));
    const engine = create();
    await engine.follow(kernel, backends, none);
    expect(engine.strandsUdp()).toBe(true);
    await writeFile(file('conntrack'), CONNTRACK, { mode: 0o755 });
    await engine.check();
    expect(engine.strandsUdp()).toBe(false);
  });
});

async function forgotten(): Promise<string[]> {
  return ((await readIfThere(file('forgotten'))) ?? '').split('\n').filter((line) => line !== '');
}

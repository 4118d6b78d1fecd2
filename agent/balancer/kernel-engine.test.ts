// The engine with stand-ins for nft and iptables that keep one table in a file, so that the order of things is seen.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_BALANCER_SETTINGS } from '../../lib/contract/settings.ts';
import { waitFor } from '../../test/harness/wait-for.ts';
import { createKernelEngine } from './kernel-engine.ts';

const PATH = process.env.PATH;
const kernel = { ...DEFAULT_BALANCER_SETTINGS, engine: 'kernel' as const };
const backends = [{ index: 1, address: '10.1.0.2' }];
let directory = '';
const file = (name: string) => join(directory, name);

/** `held` makes the next list of chains wait; `table` is there while the table is. */
const NFT = `#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >>calls
case "$1" in
  -f) cat >script; : >table ;;
  delete) rm -f table ;;
  list) [ -e table ] && found='table ip unit_balancer {'
    : >asked; while [ -e held ]; do sleep 0.02; done
    echo "$found" ;;
esac
`;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernel-engine-'));
  await writeFile(file('nft'), NFT, { mode: 0o755 });
  // No rule is there, and no chain of Docker's to put one in.
  await writeFile(file('iptables'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  process.env.PATH = `${directory}:${PATH}`;
});
afterEach(async () => {
  process.env.PATH = PATH;
  await rm(directory, { recursive: true });
});

describe('createKernelEngine', () => {
  it('puts rules back that somebody removed', async () => {
    const engine = createKernelEngine('unit');
    await engine.follow(kernel, backends);
    expect(await engine.check()).toBe(false);
    await rm(file('table'));
    expect(await engine.check()).toBe(true);
    expect(existsSync(file('table'))).toBe(true);
  });

  it('removes the rules for good, although a look just found them gone', async () => {
    const engine = createKernelEngine('unit');
    await engine.follow(kernel, backends);
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
    const engine = createKernelEngine('unit');
    await engine.follow({ ...kernel, sessionsPerClient: 10 }, backends);
    await engine.check();
    const lists = (await readFile(file('calls'), 'utf8')).split('\n').filter((call) => call.includes('list'));
    expect(new Set(lists)).toEqual(new Set(['list chains ip']));
  });
});

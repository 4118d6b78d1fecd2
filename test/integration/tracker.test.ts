// The tracker on real packets: tcpdump and nftables both come to what was sent, country by country, and no address stays.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CountriesReport } from '../../lib/contract/countries.ts';
import { run } from '../../lib/host/run.ts';
import { contentOf, createAddressSearch, filesBelow } from '../harness/address-search.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { waitFor } from '../harness/wait-for.ts';
import { createWorld, listenUdp, runIn, type World } from '../harness/world.ts';

const prefix = 'trkt';
const PORT = 28_643;
/** Countries by the built-in database. */
const IRAN = ['2.144.31.41', '5.160.17.23'];
const AMERICA = ['8.8.61.63', '2001:4860:4860::6163'];
const PRIVATE = ['10.241.7.77'];
const ALL = [...IRAN, ...AMERICA, ...PRIVATE];

let agent: TestAgent;
let world: World;
let listener: { close(): void };

beforeAll(async () => {
  world = await createWorld('trkt', ALL);
  listener = await listenUdp(PORT);
  agent = await startTestAgent({
    prefix,
    balancer: { primaryPort: PORT, secondaryPort: PORT + 1, extraPorts: [PORT + 2] },
    env: { CONDUIT_TRACKER_WINDOW_MS: '10000' },
  });
});
afterAll(async () => {
  await agent.dispose();
  listener.close();
  await world.remove();
});

const state = () => agent.client.call('tracker.get', {});
async function watching(change: Parameters<typeof agent.client.call<'tracker.configure'>>[1]): Promise<void> {
  await agent.client.call('tracker.configure', { interface: world.interface, ...change });
  await waitFor('the tracker to watch', async () => (await state()).state === 'running').catch(
    async (cause) => {
      throw new Error(`${(await state()).message}\n${agent.log().slice(-2000)}`, { cause });
    },
  );
}

interface Bytes {
  up: number;
  down: number;
}
/** What the tracker counted since the agent began, by country. */
async function counted(): Promise<Map<string, Bytes>> {
  const { rows } = await agent.client.call('countries.get', {
    source: 'tracker',
    from: Date.now() - 3_600_000,
    to: Date.now() + 10_000,
  });
  return new Map(rows.map((row) => [row.code, { up: row.uploadedBytes, down: row.downloadedBytes }]));
}
const of = (all: Map<string, Bytes>, code: string): Bytes => all.get(code) ?? { up: 0, down: 0 };

/** What is lost is noticed at the end of a window. */
const TWO_WINDOWS_MS = 300_000;
const COUNT = 200;
const BYTES = 300;
const UDP_HEADER = 8;
const HEADERS = (address: string) => (address.includes(':') ? 40 : 20) + UDP_HEADER;
/** What one exchange of `talk` puts on the wire: the answers are twice as long. */
function truth(addresses: readonly string[], count: number): Bytes {
  const sum = (times: number) =>
    addresses.reduce((total, address) => total + count * (times * BYTES + HEADERS(address)), 0);
  return { up: sum(1), down: sum(2) };
}

/** Sends known traffic and waits until the difference in the record is that, within 1 %. */
async function expectCounted(): Promise<void> {
  const before = await counted();
  await world.talk(ALL, PORT, COUNT, BYTES);
  const expected: [string, Bytes][] = [
    ['IR', truth(IRAN, COUNT)],
    ['US', truth(AMERICA, COUNT)],
    ['private', truth(PRIVATE, COUNT)],
  ];
  let after = before;
  await waitFor(
    'the traffic to be counted',
    async () => {
      after = await counted();
      return expected.every(
        ([code, { down }]) => of(after, code).down - of(before, code).down >= down * 0.99,
      );
    },
    { timeoutMs: 150_000 },
  );
  for (const [code, { up, down }] of expected) {
    const moved = {
      up: of(after, code).up - of(before, code).up,
      down: of(after, code).down - of(before, code).down,
    };
    expect(Math.abs(moved.up / up - 1), `${code}, up`).toBeLessThan(0.01);
    expect(Math.abs(moved.down / down - 1), `${code}, down`).toBeLessThan(0.01);
  }
}

/** The tcpdump that an agent has started, by its parent. */
async function tcpdumpOf(parent: number): Promise<number> {
  const { stdout } = await run('ps', ['--ppid', String(parent), '-o', 'pid=', '-o', 'comm=']);
  const line = stdout.split('\n').find((one) => one.endsWith(' tcpdump'));
  if (line === undefined) throw new Error('the agent has no tcpdump');
  return Number.parseInt(line, 10);
}

for (const capture of ['tcpdump', 'kernel'] as const) {
  describe(`counting with ${capture}`, () => {
    it('comes to what was sent, by country and direction', { timeout: TWO_WINDOWS_MS }, async () => {
      await watching({ preset: 'frontend', capture });
      await expectCounted();
      const now: CountriesReport = await agent.client.call('countries.get', { source: 'tracker' });
      expect(now.rows.find(({ code }) => code === 'IR')?.clients).toBe(IRAN.length);
      expect(now.rows.find(({ code }) => code === 'US')?.clients).toBe(AMERICA.length);
    });

    it('leaves out what the server itself asks others for, on the same port', {
      timeout: TWO_WINDOWS_MS,
    }, async () => {
      // The server as a client: its own port is another.
      const served = runIn('trkt', ANSWER, [String(PORT)]);
      await run(process.execPath, ['-e', ASK, IRAN[0] ?? '', String(PORT), '100']);
      await served;
      await expectCounted();
    });

    it('goes on by itself after it was killed', { timeout: TWO_WINDOWS_MS }, async () => {
      const { restarts } = await state();
      if (capture === 'tcpdump') process.kill(await tcpdumpOf(agent.pid()), 'SIGKILL');
      else await run('nft', ['delete', 'table', 'inet', `${prefix}_geo`]);
      await waitFor(
        'the tracker to notice and to watch again',
        async () => {
          const now = await state();
          return now.restarts > restarts && now.state === 'running';
        },
        { timeoutMs: 75_000 },
      );
      await expectCounted();
    });

    it('says that its interface is gone, and goes on when it is back', {
      timeout: TWO_WINDOWS_MS,
    }, async () => {
      await world.unplug();
      await waitFor(
        'the tracker to say what it waits for',
        async () => (await state()).message === `The interface ${world.interface} is not there.`,
        { timeoutMs: 30_000 },
      );
      await waitFor('the page to say so, too', async () => {
        const { problems } = await agent.client.call('snapshot.get', {});
        return problems.some(({ code }) => code === 'tracker-waiting');
      });
      await world.plugIn();
      // It begins anew with each address that the interface gets.
      await waitFor(
        'the tracker to watch again, and to go on doing so',
        async () => {
          const { state: now, since } = await state();
          return now === 'running' && since !== null && Date.now() - since > 3000;
        },
        { timeoutMs: 45_000 },
      );
      await expectCounted();
    });
  });
}

describe('settings', () => {
  it('are refused with the field and the way out', async () => {
    const refused = async (change: object, field: string, words: string) =>
      expect(agent.client.call('tracker.configure', change)).rejects.toMatchObject({
        code: 'invalid_input',
        fields: [{ field, message: expect.stringContaining(words) }],
      });
    await refused({ interface: 'nosuch0' }, 'interface', world.interface);
    await refused({ geoipPath: '/nonexistent.mmdb' }, 'geoipPath', 'does not exist');
    await refused({ geoipPath: '/etc/passwd' }, 'geoipPath', '.mmdb');
    const notOne = join(agent.stateDir, 'broken.mmdb');
    await run('cp', ['/etc/hostname', notOne]);
    await refused({ geoipPath: notOne }, 'geoipPath', 'MaxMind');
    expect((await state()).settings.geoipPath).toBeNull();
  });

  it('name the database of countries and its date, and take another without a restart', async () => {
    const { geo } = await state();
    expect(geo.name).toMatch(/country/);
    expect(geo.builtAt).toBeGreaterThan(Date.UTC(2025, 0, 1));
    const copy = join(agent.stateDir, 'own.mmdb');
    await run('cp', [geo.path, copy]);
    await agent.client.call('tracker.configure', { geoipPath: copy });
    await waitFor('the other database', async () => (await state()).geo.path === copy);
    expect((await state()).since).not.toBeNull();
  });

  it('fold countries with few clients into one', async () => {
    await agent.client.call('tracker.configure', { foldBelow: 5 });
    const { rows } = await agent.client.call('countries.get', { source: 'tracker' });
    expect(rows.map(({ code }) => code)).toEqual(['other']);
    const { text } = await agent.client.call('metrics.scrape', {});
    expect(text).not.toContain('country="IR"');
    await agent.client.call('tracker.configure', { foldBelow: 0 });
  });

  it('switch it off without a trace', async () => {
    await agent.client.call('tracker.configure', { preset: 'off' });
    const tables = async () => (await run('nft', ['list', 'tables'])).stdout;
    await waitFor('our table to be gone', async () => !(await tables()).includes(`${prefix}_geo`));
    expect((await state()).state).toBe('off');
  });
});

describe('the addresses that were sent from', () => {
  // The last one is private, and belongs to the link itself.
  const search = createAddressSearch([...IRAN, ...AMERICA]);
  const findIn = (text: Buffer | string) => search.find(text);

  it('are in no file of ours, no log and no answer, in any form', async () => {
    const files = [...(await filesBelow(agent.stateDir)), ...(await filesBelow(agent.runDir))].filter(
      (file) => !file.endsWith('.mmdb'),
    );
    expect(files.some((file) => file.endsWith('.db'))).toBe(true);
    for (const file of files) {
      const found = findIn(await contentOf(file));
      expect(found.length, `addresses in ${file.split('/').at(-1)}`).toBe(0);
    }
    expect(findIn(agent.log()).length, 'addresses in the log').toBe(0);
    const range = { from: Date.now() - 3_600_000, to: Date.now() };
    const rows = [];
    for await (const row of agent.client.stream('history.export', {
      by: 'country',
      source: 'tracker',
      ...range,
    }))
      rows.push(row);
    const answers = [
      await agent.client.call('snapshot.get', {}),
      await agent.client.call('countries.get', { source: 'tracker' }),
      await state(),
      await agent.client.call('activity.list', {}),
      await agent.client.call('job.list', {}),
      await agent.client.call('metrics.scrape', {}),
      await agent.client.call('balancer.get', {}),
      rows,
    ];
    for (const answer of answers) expect(findIn(JSON.stringify(answer)).length).toBe(0);
  });
});

/** A server in the clients' world, and a client of it on this side. */
const ANSWER = `
const socket = require('node:dgram').createSocket('udp4');
let got = 0;
socket.on('message', (message, { address, port }) => {
  socket.send(message, port, address);
  if (++got === 100) setTimeout(() => process.exit(0), 50);
});
socket.bind(Number(process.argv[1]));
setTimeout(() => process.exit(1), 20000);
`;
const ASK = `
const socket = require('node:dgram').createSocket('udp4');
const [host, port, count] = process.argv.slice(1);
let got = 0;
const ask = () => socket.send(Buffer.alloc(500), Number(port), host);
const again = setInterval(ask, 200);
socket.on('message', () => { if (++got >= Number(count)) process.exit(0); ask(); });
ask();
setTimeout(() => process.exit(1), 20000).unref();
void again;
`;

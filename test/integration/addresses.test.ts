// The promise of the whole product: clients pass both engines and both captures, things go wrong, pages are looked at,
// and afterwards no address of any of them lies anywhere, in any spelling.
import { randomInt } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OperationName, operations } from '../../lib/contract/operations.ts';
import { run } from '../../lib/host/run.ts';
import { sendControl } from '../../simulator/control.ts';
import { contentOf, createAddressSearch, filesBelow } from '../harness/address-search.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { apply, finished, stationsOnEngine, volumeDirectory } from '../harness/fleet.ts';
import { openPanel, PANEL_USER, type TestPanel } from '../harness/panel.ts';
import { waitFor } from '../harness/wait-for.ts';
import { createWorld, HOST_V4, HOST_V6, runIn, type World } from '../harness/world.ts';

const prefix = 'addr';
const name = 'addrt';
const PRIMARY = 29_243;
const SECONDARY = 29_266;
const PANEL_PORT = 29_300;
const STATIONS = 3;
/** Of countries the built-in database knows; others each time, so that no other run's traces are found, nor any text. */
const high = () => randomInt(128, 255);
const group = () => randomInt(0x9000, 0xffff).toString(16);
const IRAN = [`2.144.${high()}.${high()}`, `5.160.${high()}.${high()}`];
const AMERICA = [`8.8.${high()}.${high()}`, `2001:4860:4860::${group()}:${group()}`];
const CLIENTS = [...IRAN, ...AMERICA];
const search = createAddressSearch(CLIENTS);

let begunAt = 0;
let agent: TestAgent;
let world: World;
let panel: TestPanel;
/** Everything any answer and any page held, by where it came from. */
const seen: [where: string, text: string][] = [];

beforeAll(async () => {
  begunAt = Date.now();
  world = await createWorld(name, CLIENTS);
  agent = await startTestAgent({
    prefix,
    balancer: { primaryPort: PRIMARY, secondaryPort: SECONDARY, drainSeconds: 1 },
    env: { CONDUIT_PANEL_GROUP: PANEL_USER.group, CONDUIT_LOG_LEVEL: 'trace' },
  });
  await agent.client.call('tracker.configure', { interface: world.interface, capture: 'tcpdump' });
  const settings = { count: STATIONS, image: 'conduit-simulator:february', loopbackPorts: false };
  expect((await apply(agent, { settings })).state).toBe('succeeded');
  panel = await openPanel(agent, { port: PANEL_PORT });
}, 180_000);
afterAll(async () => {
  await panel?.close();
  await agent?.dispose();
  await world?.remove();
});

/** Each client opens a session and sends datagrams; `echo` when they must be answered. */
async function visit(clients: readonly string[], expected: 'echo' | 'anything'): Promise<void> {
  const pairs = clients.map((address) => `${address},${address.includes(':') ? HOST_V6 : HOST_V4}`);
  await runIn(name, VISIT, [expected, String(PRIMARY), String(SECONDARY), ...pairs]);
}
const each = async (line: string) => {
  const { stationList } = await agent.client.call('snapshot.get', {});
  for (const { address } of stationList) if (address !== null) await sendControl(address, [line]);
};
async function trackedUsers(): Promise<string[]> {
  const range = { from: begunAt, to: Date.now() + 10_000 };
  const { rows } = await agent.client.call('countries.get', { source: 'tracker', ...range });
  return rows.map(({ code }) => code);
}
const done = async (answer: Promise<{ jobId: string }>) => finished(agent, await answer);

describe('the search', () => {
  it('finds each address in each of its spellings', () => {
    expect(search.spellings.length).toBeGreaterThan(60);
    for (const { bytes, name: spelling } of search.spellings)
      expect(search.find(Buffer.concat([Buffer.from('x"'), bytes, Buffer.from('"y')]))).toContain(spelling);
    expect(search.find(`client ${IRAN[0]?.toUpperCase()}:443 came`)).toContain('IPv4 text');
    expect(search.find('nobody was here, at 127.0.0.1')).toEqual([]);
  });
});

describe('clients come', () => {
  it('through nginx, while tcpdump counts them', { timeout: 90_000 }, async () => {
    await waitFor(
      'the tracker',
      async () => (await agent.client.call('tracker.get', {})).state === 'running',
    );
    await visit(CLIENTS, 'echo');
    await waitFor('their countries', async () => {
      const codes = await trackedUsers();
      return codes.includes('IR') && codes.includes('US');
    });
  });

  it('to stations that refuse them, and nginx says so', { timeout: 90_000 }, async () => {
    await each('listen off');
    await visit(CLIENTS, 'anything');
    const errors = async () => (await agent.client.call('balancer.get', {})).lastErrors;
    await waitFor('the errors of nginx', async () => (await errors()).length > 0);
    await each('listen on');
  });

  it('through the kernel, while the kernel counts them and a station goes', { timeout: 90_000 }, async () => {
    await agent.client.call('tracker.configure', { capture: 'kernel' });
    await agent.client.call('balancer.configure', { engine: 'kernel' });
    await waitFor('the tracker', async () => {
      const { state, settings } = await agent.client.call('tracker.get', {});
      return state === 'running' && settings.capture === 'kernel';
    });
    const v4 = CLIENTS.filter((address) => !address.includes(':'));
    await waitFor('a station to answer', () =>
      visit(v4, 'echo').then(
        () => true,
        () => false,
      ),
    );
    const { stdout } = await run('nft', ['list', 'table', 'inet', `${prefix}_geo`]);
    expect(search.find(stdout).length, 'the kernel counts by address').toBeGreaterThan(0);
    await done(agent.client.call('station.stop', { stations: [1], drainSeconds: 0 }));
    await done(agent.client.call('station.start', { stations: [1] }));
    await done(agent.client.call('station.restart', { stations: [2], drainSeconds: 0 }));
    // Ending a capture brings what it has into the totals.
    await agent.client.call('tracker.configure', { capture: 'tcpdump' });
    await agent.client.call('balancer.configure', { engine: 'nginx' });
  });

  it('while somebody looks at every page', { timeout: 300_000 }, async () => {
    const page = await panel.signedInPage();
    page.on('response', (response) => {
      if (!/json|html|text\/(plain|csv)|component/.test(response.headers()['content-type'] ?? '')) return;
      const keep = (text: string) => void seen.push([`the answer to ${response.url()}`, text]);
      response.text().then(keep, () => undefined);
    });
    for (const path of PAGES) await keepPage(page, path);
    for (const kind of ['csv', 'json']) {
      const range = `from=${begunAt}&to=${Date.now()}`;
      const path = `/api/history/export?format=${kind}&by=country&source=tracker&${range}`;
      const text = await page.evaluate(async (url) => (await fetch(url)).text(), path);
      expect(text).toContain('IR');
      seen.push([path, text]);
    }
  });
});

const PAGES = [
  '/',
  '/stations',
  '/stations/2',
  '/countries?source=tracker',
  '/countries?source=tracker&range=24h',
  '/history?by=country&source=tracker&range=1h',
  '/balancer',
  '/activity',
  '/system',
  '/settings',
];

async function keepPage(page: Page, path: string): Promise<void> {
  await page.goto(`${panel.url}${path}`);
  await page.locator('h1').first().waitFor();
  await waitFor(`${path} to be drawn`, async () => (await page.locator('main .animate-pulse').count()) === 0);
  seen.push([path, await page.content()]);
}

describe('no address is left', () => {
  const found = async (where: string, bytes: Buffer | string) => {
    const spellings = search.find(bytes);
    return spellings.length === 0 ? [] : [`${where}: ${spellings.join(', ')}`];
  };

  it('in any page or answer of the panel', async () => {
    expect(seen.length).toBeGreaterThan(PAGES.length);
    for (const [where, text] of seen) expect(await found(where, text)).toEqual([]);
  });

  it('in any answer of the agent, the log of any job among them', { timeout: 180_000 }, async () => {
    const names = Object.keys(operations) as OperationName[];
    for (const operation of names) {
      const { kind, access } = operations[operation];
      if (kind !== 'call' || access === 'write') continue;
      if (access === 'root' || access === 'open') continue;
      const answer = await agent.client
        .call(operation as 'snapshot.get', {})
        .catch((error: unknown) => error);
      expect(await found(operation, JSON.stringify(answer))).toEqual([]);
    }
    const { jobs } = await agent.client.call('job.list', {});
    expect(jobs.length).toBeGreaterThanOrEqual(4);
    for (const { id, title } of jobs) {
      const told = [];
      for await (const event of agent.client.stream('job.watch', { id })) told.push(event);
      expect(await found(title, JSON.stringify(told))).toEqual([]);
    }
  });

  it('in any log: of the agent, the panel, nginx, the stations, the machine', async () => {
    expect(agent.log()).toContain('"agent ready"');
    const logs: [string, Buffer | string][] = [
      ['the log of the agent', agent.log()],
      ['the log of the panel', panel.log()],
    ];
    for (const [index, { id }] of await stationsOnEngine({ prefix })) {
      const { stdout, stderr } = await run('docker', ['logs', id]);
      logs.push([`the log of station ${index}`, stdout + stderr]);
      for (const file of await filesBelow(await volumeDirectory(prefix, index)))
        logs.push([`${basename(file)} of station ${index}`, await contentOf(file)]);
    }
    for (const file of await filesBelow('/var/log/nginx').catch(() => [])) {
      if ((await stat(file)).mtimeMs >= begunAt) logs.push([file, await contentOf(file)]);
    }
    const since = ['--since', `@${Math.floor(begunAt / 1000)}`, '-o', 'export'];
    const journal = await run('journalctl', [...since, '--no-pager'], { okExitCodes: [1] }).catch(() => null);
    if (journal !== null) logs.push(['the journal', journal.stdout]);
    for (const [where, text] of logs) expect(await found(where, text)).toEqual([]);
  });

  it('in any file: the database, its journal, what is there at run time, what is temporary', async () => {
    const below = [...(await filesBelow(agent.stateDir)), ...(await filesBelow(agent.runDir))];
    expect(below.some((file) => file.endsWith('.db'))).toBe(true);
    expect(below.some((file) => file.endsWith('.db-wal'))).toBe(true);
    for (const file of [...below, ...(await newTemporaryFiles())])
      expect(await found(basename(file), await contentOf(file))).toEqual([]);
  });

  it('and after the agent was killed, in its database and in what it says when it is back', async () => {
    await agent.kill('SIGKILL');
    for (const file of [...(await filesBelow(agent.stateDir)), ...(await filesBelow(agent.runDir))])
      expect(await found(basename(file), await contentOf(file))).toEqual([]);
    await agent.restart();
    expect(await found('the log of the agent', agent.log())).toEqual([]);
    expect(await trackedUsers()).toEqual(expect.arrayContaining(['IR', 'US']));
  });
});

const LARGEST = 20_000_000;
/** What lies in the directory for temporary files since this began, folders of browsers and of others' work left out. */
async function newTemporaryFiles(): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(tmpdir(), { withFileTypes: true })) {
    const path = join(tmpdir(), entry.name);
    const about = await stat(path).catch(() => null);
    if (about === null || !about.isFile() || about.size > LARGEST || about.mtimeMs < begunAt) continue;
    files.push(path);
  }
  return files;
}

const VISIT = `
const { connect } = require('node:net');
const { createSocket } = require('node:dgram');
const [expected, primary, secondary, ...pairs] = process.argv.slice(1);
const TEXT = 'here I am';
const tcp = (from, to, port) => new Promise((resolve) => {
  const socket = connect({ host: to, port: Number(port), localAddress: from });
  const end = (answer) => { clearTimeout(timer); socket.destroy(); resolve(answer); };
  const timer = setTimeout(() => end('nothing'), 5000);
  socket.on('connect', () => socket.write(TEXT));
  socket.on('data', (data) => end(String(data)));
  socket.on('error', (error) => end(error.code));
  socket.on('close', () => end('closed'));
});
const udp = (from, to, port) => new Promise((resolve) => {
  const socket = createSocket(from.includes(':') ? 'udp6' : 'udp4');
  const send = () => socket.send(TEXT, Number(port), to);
  const end = (answer) => { clearTimeout(timer); clearInterval(again); socket.close(); resolve(answer); };
  const timer = setTimeout(() => end('nothing'), expected === 'echo' ? 5000 : 1000);
  const again = setInterval(send, 300);
  socket.on('message', (data) => end(String(data)));
  socket.on('error', (error) => end(error.code));
  socket.bind(0, from, send);
});
const visits = pairs.map((pair) => pair.split(',')).flatMap(([from, to]) =>
  [tcp(from, to, primary), tcp(from, to, secondary), udp(from, to, primary), udp(from, to, secondary)]);
Promise.all(visits).then((answers) => {
  const bad = answers.filter((answer) => answer !== TEXT);
  if (expected === 'echo' && bad.length > 0) console.error('instead of an echo: ' + bad.join());
  process.exit(expected === 'echo' && bad.length > 0 ? 1 : 0);
});
`;

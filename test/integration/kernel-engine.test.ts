// The kernel engine on the real kernel: clients in a network namespace, as if they came from the internet.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../lib/host/run.ts';
import { readTruth } from '../../simulator/control.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { apply, finished } from '../harness/fleet.ts';
import { type Client, type ClientNamespace, createNamespace, startClient } from '../harness/namespace.ts';
import { waitFor } from '../harness/wait-for.ts';

const prefix = 'kern';
const PRIMARY = 30_443;
const EXTRA = 30_480;
let agent: TestAgent;
let namespace: ClientNamespace;
let client: Client;

/** Every rule of this machine that is in no table of an installation of ours, without its counters. */
async function rulesOfOthers(): Promise<string> {
  const { stdout } = await run('nft', ['-s', 'list', 'ruleset']);
  const tables = stdout.split(/^(?=table )/m);
  return tables.filter((text) => !/^table (ip|inet) \w+_(balancer|count) /.test(text)).join('');
}
const sessionsOf = async () => {
  const { stations } = await agent.client.call('balancer.traffic', {});
  return stations.map(({ primary, secondary }) => primary.tcp + secondary.tcp);
};
async function open(name: string, port = PRIMARY): Promise<void> {
  expect(await client.ask(`tcp ${name} ${port}`)).toBe('ok');
  expect(await client.ask(`send ${name} hello`)).toBe('hello');
}

let before = '';

beforeAll(async () => {
  namespace = await createNamespace('kernc', '10.231.7');
  client = startClient(namespace);
  agent = await startTestAgent({
    prefix,
    balancer: { primaryPort: PRIMARY, secondaryPort: 30_566, extraPorts: [EXTRA] },
  });
  // The tracker has a table of its own, which is not what this is about.
  await agent.client.call('tracker.configure', { preset: 'off' });
  await waitFor('the tracker to leave', async () => {
    const { stdout } = await run('nft', ['list', 'tables']);
    return !stdout.includes(`${prefix}_geo`);
  });
  const settings = { count: 4, image: 'conduit-simulator:february', loopbackPorts: false };
  expect((await apply(agent, { settings })).state).toBe('succeeded');
  before = await rulesOfOthers();
});
afterAll(async () => {
  client.end();
  await agent.dispose();
  await namespace.remove();
});

describe('the kernel engine', () => {
  it('takes over from nginx without cutting a session', async () => {
    await open('early');
    const { settings } = await agent.client.call('balancer.configure', { engine: 'kernel' });
    expect(settings.engine).toBe('kernel');
    expect(await client.ask('send early still')).toBe('still');
  });

  it('leads sessions of every port to the stations, and the station sees the client itself', async () => {
    for (let i = 0; i < 24; i++) await open(`k${i}`, i % 3 === 0 ? EXTRA : PRIMARY);
    await waitFor('the sessions to be counted', async () => {
      return (await sessionsOf()).reduce((sum, one) => sum + one, 0) === 25;
    });
    const found = await sessionsOf();
    expect(found.filter((one) => one > 0).length).toBeGreaterThan(1);
    // Nothing of them is in nginx: its sockets towards the stations are those of the session from before.
    const { stdout } = await run('ss', [
      '-Htn',
      'state',
      'established',
      `( sport = :${PRIMARY} or sport = :${EXTRA} )`,
    ]);
    expect(stdout.trim().split('\n').length).toBe(1);
  });

  it('gives a datagram each of its ten replies', async () => {
    expect(await client.ask(`udp ${PRIMARY} BURST_10 10`)).toBe('10');
    expect(await client.ask('udp 30566 BURST_10 10')).toBe('10');
  });

  it('counts bytes and sessions by port and station, and names no client', async () => {
    let traffic = await agent.client.call('balancer.traffic', {});
    await waitFor('every session to be counted', async () => {
      traffic = await agent.client.call('balancer.traffic', {});
      return traffic.stations.reduce((sum, { opened }) => sum + opened, 0) >= 27;
    });
    const tcp = traffic.ports.find(({ port, protocol }) => port === EXTRA && protocol === 'tcp');
    expect(tcp?.opened).toBe(8);
    expect(tcp?.bytesIn).toBeGreaterThan(8 * 100);
    expect(JSON.stringify(traffic)).not.toContain('10.231.7.');
  });

  it('keeps sessions on stations that stay while others come and go', async () => {
    const truth = async () => {
      const { stationList } = await agent.client.call('snapshot.get', {});
      return stationList.map(({ index, connected }) => ({ index, connected }));
    };
    await apply(agent, { settings: { count: 6 } });
    expect(await client.ask('send k1 x')).toBe('x');
    const alive = async () => {
      const answers = [];
      for (let i = 0; i < 24; i++) answers.push(await client.ask(`alive k${i}`));
      return answers.filter((one) => one === 'true').length;
    };
    expect(await alive()).toBe(24);
    const onStaying = (await truth())
      .filter(({ index }) => index <= 3)
      .reduce((sum, one) => sum + one.connected, 0);
    await finished(
      agent,
      await agent.client.call('fleet.apply', { settings: { count: 3 }, drainSeconds: 0 }),
    );
    // One of those counted may be the session from before, held by nginx.
    expect(await alive()).toBeGreaterThanOrEqual(onStaying - 3);
    for (let i = 0; i < 12; i++) await open(`after${i}`);
  });

  it('leads a UDP client that keeps its port away from a station that is gone', async () => {
    expect(await client.ask(`keep ${PRIMARY} x`)).toBe('x');
    const { stations } = await agent.client.call('balancer.traffic', {});
    const busy = stations.filter(({ primary }) => primary.udp > 0).map(({ index }) => index);
    expect(busy.length).toBeGreaterThan(0);
    const { jobId } = await agent.client.call('station.stop', { stations: busy, drainSeconds: 0 });
    await finished(agent, { jobId });
    await waitFor('an answer from another', async () => (await client.ask(`keep ${PRIMARY} y`)) === 'y');
    await finished(agent, await agent.client.call('station.start', { stations: busy }));
  });

  it('puts its rules back when somebody flushes them', async () => {
    await run('nft', ['delete', 'table', 'ip', `${prefix}_balancer`]);
    await waitFor(
      'the rules',
      async () =>
        (await run('nft', ['list', 'table', 'ip', `${prefix}_balancer`], { okExitCodes: [1] })).exitCode ===
        0,
      { timeoutMs: 45_000 },
    );
  });

  it('goes on over the end of the agent', async () => {
    await agent.kill('SIGKILL');
    await open('orphan');
    await agent.restart();
    expect(await client.ask('send orphan x')).toBe('x');
  });

  it('is removed without a trace', async () => {
    await open('late');
    await agent.client.call('balancer.configure', { engine: 'nginx' });
    expect(await client.ask('send late x')).toBe('x');
    expect((await run('nft', ['list', 'tables'])).stdout).not.toContain(`${prefix}_balancer`);
    expect(await rulesOfOthers()).toBe(before);
    const host = (await agent.client.call('snapshot.get', {})).stationList[0]?.address ?? '';
    expect((await readTruth(host)).connected).toBeGreaterThan(0);
    await finished(agent, await agent.client.call('fleet.takeDown', {}));
    expect((await run('nft', ['list', 'tables'])).stdout).not.toContain(`${prefix}_`);
  });
});

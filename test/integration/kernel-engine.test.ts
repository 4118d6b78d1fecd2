// The kernel engine on the real kernel: clients in a network namespace, as if they came from the internet.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../lib/host/run.ts';
import { readTruth } from '../../simulator/control.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { apply, finished, runningOnEngine, volumeDirectory } from '../harness/fleet.ts';
import { type Client, type ClientNamespace, createNamespace, startClient } from '../harness/namespace.ts';
import { waitFor } from '../harness/wait-for.ts';

const prefix = 'kern';
const PRIMARY = 30_443;
const EXTRA = 30_480;
let agent: TestAgent;
let namespace: ClientNamespace;
let client: Client;

/** Rules of a stranger, where ours go too. Those of the rest of the machine change while other tests run. */
const STRANGER = `${prefix}_stranger`;
const STRANGERS_RULE = ['DOCKER-USER', '-m', 'comment', '--comment', STRANGER, '-j', 'RETURN'];
async function strangersRules(): Promise<string> {
  const table = await run('nft', ['list', 'table', 'ip', STRANGER]);
  return table.stdout + (await forwardingRules()).filter((rule) => rule.includes(STRANGER)).join('\n');
}
async function forwardingRules(): Promise<string[]> {
  return (await run('iptables', ['-w', '-S', 'DOCKER-USER'])).stdout.split('\n');
}
/** The balancer's; the tracker has one of its own. */
async function ourTables(): Promise<string[]> {
  const { stdout } = await run('nft', ['list', 'tables']);
  return stdout.split('\n').filter((line) => /^table \w+ kern_(balancer|count)$/.test(line));
}
async function removeStranger(): Promise<void> {
  await run('nft', ['delete', 'table', 'ip', STRANGER], { okExitCodes: [1] });
  await run('iptables', ['-w', '-D', ...STRANGERS_RULE], { okExitCodes: [1] });
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
  const settings = { count: 4, image: 'conduit-simulator:february', loopbackPorts: false };
  expect((await apply(agent, { settings })).state).toBe('succeeded');
  await removeStranger();
  await run('nft', ['-f', '-'], {
    input: `add table ip ${STRANGER}
add chain ip ${STRANGER} choose { type nat hook prerouting priority -101; }
add rule ip ${STRANGER} choose tcp dport 30499 redirect to :30498\n`,
  });
  await run('iptables', ['-w', '-I', ...STRANGERS_RULE]);
  before = await strangersRules();
});
afterAll(async () => {
  client.end();
  await removeStranger();
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

  describe('leads a UDP client that keeps sending from one port away from a station', () => {
    /** The station its datagrams go to, by the kernel's own word. */
    async function busy(): Promise<number> {
      await waitFor('its answer', async () => (await client.ask(`keep ${PRIMARY} x`)) === 'x');
      const port = await client.ask('kept');
      const { stdout } = await run('conntrack', ['-L', '-p', 'udp', '--orig-port-src', port]);
      const { stationList } = await agent.client.call('snapshot.get', {});
      const found = stationList.find(({ address }) => stdout.includes(`src=${address} `));
      expect(found).toBeDefined();
      return found?.index ?? 0;
    }
    // It sends about once a second all the while, so that its way never ends by itself.
    const answered = () =>
      waitFor('an answer from another', async () => (await client.ask(`keep ${PRIMARY} y`)) === 'y');
    const allIn = () =>
      waitFor(
        'all to be back',
        async () => {
          const { stations } = await agent.client.call('balancer.traffic', {});
          return stations.length >= 3 && stations.every(({ rotation }) => rotation === 'in');
        },
        // A key that is back is noticed within half a minute.
        { timeoutMs: 90_000 },
      );

    it('that is stopped', async () => {
      const stations = [await busy()];
      const { jobId } = await agent.client.call('station.stop', { stations, drainSeconds: 0 });
      await finished(agent, { jobId });
      await answered();
      await finished(agent, await agent.client.call('station.start', { stations }));
      await allIn();
    });

    it('that hangs: its container never ends', async () => {
      const station = await busy();
      const { stdout } = await run('docker', ['inspect', '-f', '{{.State.Pid}}', `${prefix}-${station}`]);
      process.kill(Number(stdout), 'SIGSTOP');
      try {
        await answered();
      } finally {
        process.kill(Number(stdout), 'SIGCONT');
      }
      await allIn();
    });

    it('that is killed and stays away', async () => {
      const station = await busy();
      // Without its key it is not started again.
      const key = join(await volumeDirectory(prefix, station), 'conduit_key.json');
      await rename(key, `${key}.away`);
      try {
        await run('docker', ['kill', `${prefix}-${station}`]);
        await answered();
        expect(await runningOnEngine(agent)).not.toContain(station);
      } finally {
        await rename(`${key}.away`, key);
      }
      await allIn();
    });
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
    expect(await ourTables()).not.toContain(`table ip ${prefix}_balancer`);
    expect(await strangersRules()).toBe(before);
    expect((await forwardingRules()).filter((rule) => rule.includes(`${prefix}_balancer`))).toEqual([]);
    const host = (await agent.client.call('snapshot.get', {})).stationList[0]?.address ?? '';
    expect((await readTruth(host)).connected).toBeGreaterThan(0);
    await finished(agent, await agent.client.call('fleet.takeDown', {}));
    expect(await ourTables()).toEqual([]);
  });
});

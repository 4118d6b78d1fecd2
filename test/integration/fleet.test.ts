// The fleet on a real engine: create, scale, change, stop, take down.
import { createConnection, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import {
  apply,
  countOnEngine,
  docker,
  finished,
  runningOnEngine,
  stationsOnEngine,
  volumesOf,
} from '../harness/fleet.ts';
import { waitFor } from '../harness/wait-for.ts';

const prefix = 'flta';
const settings = { image: 'conduit-simulator:february', loopbackPortBase: 28_100 };
let agent: TestAgent;

beforeAll(async () => {
  agent = await startTestAgent({ prefix, balancer: { primaryPort: 28_443, secondaryPort: 28_566 } });
});
afterAll(() => agent.dispose());

const idsOf = async () => new Map([...(await stationsOnEngine(agent))].map(([index, { id }]) => [index, id]));
const proxyIdOf = async (station: number) => {
  await waitFor('the key to be in the ledger', async () => {
    return (await agent.client.call('station.get', { station })).proxyId !== null;
  });
  return (await agent.client.call('station.get', { station })).proxyId;
};

/** Whether a client of the balancer gets its bytes back. */
function echoes(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: 5000 });
    socket.once('connect', () => socket.write('hello'));
    socket.once('data', (data) => {
      resolve(data.toString() === 'hello');
      socket.destroy();
    });
    socket.once('timeout', () => socket.destroy());
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

describe('the fleet', () => {
  it('does nothing before the operator says so', async () => {
    expect(await agent.client.call('fleet.get', {})).toMatchObject({
      active: false,
      settings: { count: 40 },
    });
    expect(await stationsOnEngine(agent)).toEqual(new Map());
  });

  it('is planned before anything happens', async () => {
    const plan = await agent.client.call('fleet.plan', { settings: { ...settings, count: 3 } });
    expect(plan.summary).toMatchObject({ created: 3, unchanged: 0 });
    expect(await stationsOnEngine(agent)).toEqual(new Map());
  });

  it('creates three stations with fixed addresses, their own volumes and loopback ports', async () => {
    const job = await apply(agent, { settings: { ...settings, count: 3 } });
    expect(job).toMatchObject({ state: 'succeeded', error: null });
    expect(await runningOnEngine(agent)).toEqual([1, 2, 3]);
    const addresses = [...(await stationsOnEngine(agent)).values()].map(
      (station) => station.addresses[`${prefix}-net`],
    );
    expect(new Set(addresses).size).toBe(3);
    expect(await volumesOf(prefix)).toEqual([`${prefix}-data-1`, `${prefix}-data-2`, `${prefix}-data-3`]);
    await waitFor('the loopback ports to be shown', async () => {
      const { stationList } = await agent.client.call('snapshot.get', {});
      return stationList.map(({ loopbackPort }) => loopbackPort).join() === '28101,28102,28103';
    });
  });

  it('has nothing to do when applied again', async () => {
    const before = await idsOf();
    expect((await agent.client.call('fleet.plan', {})).steps).toEqual([]);
    expect((await apply(agent, {})).state).toBe('succeeded');
    expect(await idsOf()).toEqual(before);
  });

  it('grows and shrinks around stations that stay, and keeps every volume', async () => {
    const before = await idsOf();
    await apply(agent, { settings: { count: 6 } });
    expect(await runningOnEngine(agent)).toEqual([1, 2, 3, 4, 5, 6]);
    await apply(agent, { settings: { count: 2 } });
    expect(await runningOnEngine(agent)).toEqual([1, 2]);
    expect([...(await idsOf())]).toEqual([...before].filter(([index]) => index <= 2));
    expect(await volumesOf(prefix)).toHaveLength(6);
  });

  it('changes CPU and memory in place, also back to no limit', async () => {
    const before = await idsOf();
    await apply(agent, { settings: { cpus: 0.5, memoryMb: 128 } });
    expect((await stationsOnEngine(agent)).get(1)).toMatchObject({
      cpus: 0.5,
      memoryBytes: 128 * 1024 * 1024,
    });
    await apply(agent, { settings: { cpus: null, memoryMb: null } });
    expect((await stationsOnEngine(agent)).get(1)).toMatchObject({ cpus: null, memoryBytes: null });
    expect(await idsOf()).toEqual(before);
    expect((await agent.client.call('fleet.plan', {})).steps).toEqual([]);
  });

  it('replaces the containers for another limit of clients, and the key survives', async () => {
    const [before, key] = [await idsOf(), await proxyIdOf(1)];
    const plan = await agent.client.call('fleet.plan', { settings: { maxClients: 200 } });
    expect(plan.steps[0]?.changes).toEqual([{ field: 'maxClients', from: '1000', to: '200' }]);
    await apply(agent, { settings: { maxClients: 200 } });
    const after = await stationsOnEngine(agent);
    expect(after.get(1)?.command.join(' ')).toContain('--max-common-clients 200');
    expect(after.get(1)?.id).not.toBe(before.get(1));
    expect(await proxyIdOf(1)).toBe(key);
  });

  it('serves clients all the while its stations are replaced', async () => {
    await waitFor('the balancer to have both stations', async () => {
      return (await agent.client.call('snapshot.get', {})).balancer.backends === 2;
    });
    const job = apply(agent, { settings: { bandwidthMbps: 20 } });
    const outcomes: boolean[] = [];
    let ended = false;
    const clients = (async () => {
      while (!ended) outcomes.push(await echoes(28_443));
    })();
    expect((await job).state).toBe('succeeded');
    ended = true;
    await clients;
    expect(outcomes.length).toBeGreaterThan(10);
    expect(outcomes.filter((answered) => !answered)).toEqual([]);
  });

  it('gives one station limits of its own', async () => {
    const before = await idsOf();
    await apply(agent, { overrides: { '2': { maxClients: 50, cpus: 0.25 } } });
    const after = await stationsOnEngine(agent);
    expect(after.get(2)).toMatchObject({ cpus: 0.25 });
    expect(after.get(2)?.command.join(' ')).toContain('--max-common-clients 50');
    expect(after.get(1)?.id).toBe(before.get(1));
    await apply(agent, { overrides: { '2': null } });
    expect((await stationsOnEngine(agent)).get(2)?.command.join(' ')).toContain('--max-common-clients 200');
  });

  it('stops a station that then stays stopped, and starts it again', async () => {
    await finished(agent, await agent.client.call('station.stop', { stations: [2] }));
    expect(await runningOnEngine(agent)).toEqual([1]);
    await apply(agent, { settings: { count: 3 } });
    expect(await runningOnEngine(agent)).toEqual([1, 3]);
    await finished(agent, await agent.client.call('station.start', { stations: [2] }));
    expect(await runningOnEngine(agent)).toEqual([1, 2, 3]);
  });

  it('replaces a stopped station when it is started again with other limits', async () => {
    await finished(agent, await agent.client.call('station.stop', { stations: [2] }));
    const before = (await stationsOnEngine(agent)).get(2);
    await apply(agent, { settings: { maxClients: 150 } });
    expect((await stationsOnEngine(agent)).get(2)).toMatchObject({ id: before?.id, state: 'exited' });
    await finished(agent, await agent.client.call('station.start', { stations: [2] }));
    expect((await stationsOnEngine(agent)).get(2)).toMatchObject({ state: 'running' });
    expect((await stationsOnEngine(agent)).get(2)?.command).toContain('150');
    await apply(agent, { settings: { maxClients: 200 } });
  });

  it('stops where a job is cancelled, and goes on when applied again', async () => {
    const { jobId } = await agent.client.call('fleet.apply', { settings: { count: 14 } });
    await waitFor('the work to begin', async () => (await countOnEngine(agent)) > 3, { everyMs: 5 });
    await agent.client.call('job.cancel', { id: jobId });
    expect((await finished(agent, { jobId })).state).toBe('cancelled');
    const made = await countOnEngine(agent);
    expect(made).toBeLessThan(14);
    const plan = await agent.client.call('fleet.plan', {});
    expect(plan.summary.created + plan.summary.unchanged).toBe(14);
    await apply(agent, { settings: { count: 3 } });
    expect(await runningOnEngine(agent)).toEqual([1, 2, 3]);
  });

  it('restarts stations in place', async () => {
    const before = await stationsOnEngine(agent);
    const job = await finished(agent, await agent.client.call('station.restart', { stations: [1, 2] }));
    expect(job.state).toBe('succeeded');
    const after = await stationsOnEngine(agent);
    expect(after.get(1)?.id).toBe(before.get(1)?.id);
    expect(after.get(1)?.startedAtMs).toBeGreaterThan(before.get(1)?.startedAtMs ?? 0);
    expect(after.get(3)?.startedAtMs).toBe(before.get(3)?.startedAtMs);
  });

  it('speaks the older dialect to an older image', async () => {
    const job = await apply(agent, { settings: { image: 'conduit-simulator:january' } });
    expect(job).toMatchObject({ state: 'succeeded', error: null });
    expect((await stationsOnEngine(agent)).get(3)?.command.join(' ')).toContain('--max-clients 200');
    expect(await agent.client.call('station.get', { station: 3 })).toMatchObject({ dialect: 'january' });
  });

  it('reads logs without addresses', async () => {
    const lines: string[] = [];
    for await (const line of agent.client.stream('station.logs', { station: 1, tail: 50, follow: false }))
      lines.push(line.text);
    expect(lines.join('\n')).toContain('Starting Psiphon Conduit');
  });

  it('refuses what does not exist', async () => {
    await expect(agent.client.call('station.get', { station: 99 })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(agent.client.call('station.stop', { stations: [99] })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(agent.client.call('fleet.apply', { settings: { count: 0 } })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('makes a container again that was removed by hand', async () => {
    const { id = '' } = (await stationsOnEngine(agent)).get(2) ?? {};
    await docker.remove(id, { force: true });
    await waitFor('station 2 to run again', async () => (await runningOnEngine(agent)).includes(2));
    const { jobs } = await agent.client.call('job.list', {});
    expect(jobs.find(({ kind }) => kind === 'fleet.recover')).toMatchObject({ actor: 'agent' });
  });

  it('runs on the host network with a metrics port for each station', async () => {
    await apply(agent, {
      settings: { image: settings.image, networkMode: 'host', metricsPortBase: 28_700, count: 2 },
    });
    const commands = [...(await stationsOnEngine(agent)).values()].map(({ command }) => command.join(' '));
    expect(commands.sort().map((command) => /127\.0\.0\.1:\d+/.exec(command)?.[0])).toEqual([
      '127.0.0.1:28701',
      '127.0.0.1:28702',
    ]);
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(28_703, '127.0.0.1', resolve));
    const job = await apply(agent, { settings: { count: 3 } });
    expect(job).toMatchObject({ state: 'failed', error: { code: 'port_in_use' } });
    expect(job.error?.message).toContain(`28703/tcp on 127.0.0.1 is in use by`);
    expect(job.error?.message).toContain(String(process.pid));
    await new Promise((resolve) => stranger.close(resolve));
    await apply(agent, { settings: { networkMode: 'cluster', count: 2 } });
    expect(await runningOnEngine(agent)).toEqual([1, 2]);
  });

  it('is taken down and brought back with the same keys', async () => {
    const key = await proxyIdOf(1);
    expect((await finished(agent, await agent.client.call('fleet.takeDown', {}))).state).toBe('succeeded');
    expect(await stationsOnEngine(agent)).toEqual(new Map());
    expect((await docker.listNetworks()).map(({ name }) => name)).not.toContain(`${prefix}-net`);
    await expect(agent.client.call('station.restart', { stations: [1] })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await apply(agent, {})).state).toBe('succeeded');
    expect(await runningOnEngine(agent)).toEqual([1, 2]);
    expect(await proxyIdOf(1)).toBe(key);
  });
});

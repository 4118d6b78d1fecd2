// The agent is killed in the middle of its work, and the engine goes away: afterwards the fleet is as wanted.

import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import {
  apply,
  countOnEngine,
  docker,
  runningOnEngine,
  stationsOnEngine,
  volumesOf,
} from '../harness/fleet.ts';
import { waitFor } from '../harness/wait-for.ts';

const prefix = 'fltc';
const settings = { image: 'conduit-simulator:february', loopbackPortBase: 28_300 };
const COUNT = 16;
/** Whole fleets on a machine that may be busy with something else. */
const PATIENCE = { timeoutMs: 90_000 };
const ENGINE = '/var/run/docker.sock';
let agent: TestAgent;
let directory = '';
let engine: EngineDoor;

/** A door to the real engine that can be shut: its socket vanishes and every connection through it breaks. */
interface EngineDoor {
  open(): Promise<void>;
  shut(): Promise<void>;
}

function engineDoor(path: string): EngineDoor {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  return {
    async open() {
      server = createServer((client) => {
        const upstream = createConnection(ENGINE);
        for (const [from, to] of [
          [client, upstream],
          [upstream, client],
        ] as const) {
          sockets.add(from);
          from.on('error', () => to.destroy());
          from.once('close', () => {
            sockets.delete(from);
            to.destroy();
          });
          from.pipe(to);
        }
      });
      await new Promise<void>((resolve) => server?.listen(path, resolve));
    },
    async shut() {
      const closed = new Promise((resolve) => server?.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'engine-'));
  engine = engineDoor(join(directory, 'docker.sock'));
  await engine.open();
  agent = await startTestAgent({
    prefix,
    balancer: { primaryPort: 28_445, secondaryPort: 28_568 },
    env: { CONDUIT_DOCKER_SOCKET: join(directory, 'docker.sock') },
  });
});
afterAll(async () => {
  await agent.dispose();
  await engine.shut();
  await rm(directory, { recursive: true, force: true });
});

const settled = async () => {
  const { jobs } = await agent.client.call('job.list', {});
  return (
    jobs.every(({ state }) => state !== 'running' && state !== 'queued') &&
    (await agent.client.call('fleet.plan', {})).steps.length === 0
  );
};
const all = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('an agent killed in the middle of', () => {
  it('creating stations goes on after its restart', async () => {
    await agent.client.call('fleet.apply', { settings: { ...settings, count: COUNT } });
    await waitFor('some stations', async () => (await countOnEngine(agent)) >= 3, { everyMs: 5 });
    await agent.kill('SIGKILL');
    expect((await runningOnEngine(agent)).length).toBeLessThan(COUNT);
    await agent.restart();
    await waitFor('the whole fleet', async () => (await runningOnEngine(agent)).length === COUNT, PATIENCE);
    await waitFor('the fleet to settle', settled, PATIENCE);
    const { jobs } = await agent.client.call('job.list', {});
    expect(jobs.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
      'fleet.apply interrupted',
      'fleet.recover succeeded',
    ]);
  });

  it('replacing stations ends with all of them as wanted, every volume kept', async () => {
    const ids = new Set([...(await stationsOnEngine(agent)).values()].map(({ id }) => id));
    await agent.client.call('fleet.apply', { settings: { maxClients: 77 } });
    await waitFor(
      'one to be replaced',
      async () => {
        return [...(await stationsOnEngine(agent)).values()].some(({ id }) => !ids.has(id));
      },
      { everyMs: 5 },
    );
    await agent.kill('SIGKILL');
    await agent.restart();
    await waitFor(
      'every station to have the new limit',
      async () => {
        const stations = [...(await stationsOnEngine(agent)).values()];
        return (
          stations.length === COUNT &&
          stations.every(({ command, state }) => command.includes('77') && state === 'running')
        );
      },
      PATIENCE,
    );
    expect(await volumesOf(prefix)).toHaveLength(COUNT);
  });

  it('removing stations removes the rest', async () => {
    await waitFor('the fleet to settle', settled, PATIENCE);
    await agent.client.call('fleet.apply', { settings: { count: 2 } });
    await waitFor('some to go', async () => (await countOnEngine(agent)) < COUNT, { everyMs: 5 });
    await agent.kill('SIGKILL');
    await agent.restart();
    await waitFor('two to be left', async () => (await countOnEngine(agent)) === 2, PATIENCE);
    expect(await runningOnEngine(agent)).toEqual([1, 2]);
    expect(await volumesOf(prefix)).toHaveLength(COUNT);
  });
});

describe('an engine that goes away', () => {
  it('is shown as such, and the fleet is put right when it is back', async () => {
    await waitFor('the fleet to settle', settled, PATIENCE);
    await engine.shut();
    await waitFor(
      'the engine to be shown as down',
      async () => (await agent.client.call('snapshot.get', {})).engine.state === 'down',
    );
    await expect(agent.client.call('fleet.plan', {})).rejects.toMatchObject({ code: 'engine_unavailable' });
    expect(await apply(agent, { settings: { count: 4 } })).toMatchObject({
      state: 'failed',
      error: { code: 'engine_unavailable' },
    });
    const { id = '' } = (await stationsOnEngine(agent)).get(1) ?? {};
    await docker.remove(id, { force: true });
    await engine.open();
    await waitFor('four stations', async () => (await runningOnEngine(agent)).length === 4, PATIENCE);
    expect(await runningOnEngine(agent)).toEqual(all(4));
    await waitFor('no problem to be left', async () => {
      const snapshot = await agent.client.call('snapshot.get', {});
      return (
        snapshot.engine.state === 'up' &&
        snapshot.problems.every(
          ({ station, code }) => station === null && code !== 'docker-down' && code !== 'fleet-incomplete',
        )
      );
    });
  });
});

describe('taking the fleet down', () => {
  const isDown = async () => {
    const networks = (await docker.listNetworks()).map(({ name }) => name);
    const { balancer } = await agent.client.call('snapshot.get', {});
    return (
      (await countOnEngine(agent)) === 0 &&
      !networks.includes(`${prefix}-net`) &&
      balancer.state === 'stopped'
    );
  };

  it('goes on after a kill', async () => {
    const volumes = await volumesOf(prefix);
    await agent.client.call('fleet.takeDown', {});
    await agent.kill('SIGKILL');
    expect(await countOnEngine(agent)).toBeGreaterThan(0);
    await agent.restart();
    await waitFor('everything to be down', isDown, PATIENCE);
    expect(await volumesOf(prefix)).toEqual(volumes);
    expect((await agent.client.call('fleet.get', {})).active).toBe(false);
  });

  it('that failed says so, and is done as soon as it can be', async () => {
    expect(await apply(agent, { settings: { count: 2 } })).toMatchObject({ state: 'succeeded' });
    await engine.shut();
    const { jobId } = await agent.client.call('fleet.takeDown', {});
    const job = () => agent.client.call('job.get', { id: jobId });
    await waitFor('the job to fail', async () => (await job()).state === 'failed');
    await waitFor('the problem', async () => {
      const { problems } = await agent.client.call('snapshot.get', {});
      return problems.some(({ title }) => title === 'The fleet is not down yet');
    });
    await agent.restart();
    await engine.open();
    await waitFor('everything to be down', isDown, PATIENCE);
  });
});

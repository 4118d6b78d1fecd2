// What the engine may still be making for an agent that was killed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseBase, FLEET_LABEL, networkSpec } from '../../lib/fleet/names.ts';
import { createDocker } from '../../lib/host/docker.ts';
import { listUsedNetworks } from '../../lib/host/network-routes.ts';
import { run } from '../../lib/host/run.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { type EngineProxy, startEngineProxy } from '../harness/engine-proxy.ts';
import { docker, finished, stationsOnEngine } from '../harness/fleet.ts';
import { waitFor } from '../harness/wait-for.ts';

const prefix = 'netw';
const settings = { image: 'conduit-simulator:february', count: 1, loopbackPortBase: 28_740 };
/** Not what an agent would choose here. */
const OTHER_BASE = '10.200.0.0';
let directory: string;
let engine: EngineProxy;
let agent: TestAgent;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), `${prefix}-`));
  engine = await startEngineProxy(join(directory, 'engine.sock'));
  agent = await startTestAgent({
    prefix,
    balancer: { primaryPort: 28_744, secondaryPort: 28_745 },
    env: { CONDUIT_DOCKER_SOCKET: join(directory, 'engine.sock') },
  });
});
afterAll(async () => {
  engine?.letGo(false);
  await agent?.dispose();
  engine?.close();
  await rm(directory, { recursive: true, force: true });
});

const makeNetwork = () =>
  docker.createNetwork({ ...networkSpec(prefix, 0, OTHER_BASE), labels: { [FLEET_LABEL]: prefix } });
const addressOfOne = async () => (await stationsOnEngine(agent)).get(1)?.addresses[`${prefix}-net`];

describe('a network', () => {
  it('that appears between the plan and the work is taken as it is', async () => {
    engine.keepBack('/networks');
    const accepted = agent.client.call('fleet.apply', { settings });
    let jobId: string | null = null;
    void accepted.then((job) => {
      jobId = job.jobId;
    });
    await waitFor('the job to have drafted its plan without a network, and to look again', async () => {
      if (engine.hanging('/networks') === 0) return false;
      const steps = jobId === null ? [] : (await agent.client.call('job.get', { id: jobId })).steps;
      if (steps.some(({ key, state }) => key === 'prepare' && state === 'running')) return true;
      engine.letGo(true);
      return false;
    });
    await makeNetwork();
    engine.letGo(false);
    expect((await finished(agent, await accepted)).error).toBeNull();
    expect(await addressOfOne()).toBe('10.200.0.16');
    await finished(agent, await agent.client.call('fleet.takeDown', {}));
  });

  it('that is there before the job can make it is taken as it is, too', async () => {
    engine.keepBack('/networks/create');
    const job = await agent.client.call('fleet.apply', { settings });
    await waitFor('the job to ask for its network', () => engine.hanging('/networks/create') > 0);
    await makeNetwork();
    engine.letGo(false);
    expect((await finished(agent, job)).error).toBeNull();
    expect(await addressOfOne()).toBe('10.200.0.16');
  });
});

describe('addresses', () => {
  it('that somebody else took before the job could are left to them', async () => {
    await finished(agent, await agent.client.call('fleet.takeDown', {}));
    engine.keepBack('/networks/create');
    const job = await agent.client.call('fleet.apply', { settings });
    await waitFor('the job to ask for its network', () => engine.hanging('/networks/create') > 0);
    let base = '';
    // Other tests make networks too.
    await waitFor('somebody else to have the addresses', async () => {
      const taken = (await docker.listNetworks()).flatMap(({ subnet }) => subnet ?? []);
      base = chooseBase([...taken, ...listUsedNetworks()]) ?? '';
      const theirs = networkSpec('netwx', 0, base);
      return docker.createNetwork({ ...theirs, labels: {} }).then(
        () => true,
        () => false,
      );
    });
    try {
      engine.letGo(false);
      expect((await finished(agent, job)).error).toBeNull();
      expect(await addressOfOne()).not.toContain(base.replace(/0\.0$/, ''));
    } finally {
      await docker.removeNetwork('netwx-net');
    }
  });
});

describe('a container', () => {
  it('that is there before the job can make it is made again as it is wanted now', async () => {
    engine.keepBack('/containers/create');
    const job = await agent.client.call('fleet.apply', { settings: { count: 2 } });
    await waitFor('the job to ask for its container', () => engine.hanging('/containers/create') > 0);
    const one = (await stationsOnEngine(agent)).get(1);
    const labels = { ...one?.labels, 'made-by': 'an agent that was killed' };
    await run('docker', [
      ...['create', '--name', `${prefix}-2`],
      ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
      settings.image,
    ]);
    engine.letGo(false);
    expect((await finished(agent, job)).error).toBeNull();
    const two = (await stationsOnEngine(agent)).get(2);
    expect(two?.state).toBe('running');
    expect(two?.labels).not.toHaveProperty('made-by');
  });

  it("that is somebody else's is left alone, and named", async () => {
    engine.keepBack('/containers/create');
    const job = await agent.client.call('fleet.apply', { settings: { count: 3 } });
    await waitFor('the job to ask for its container', () => engine.hanging('/containers/create') > 0);
    const id = (await run('docker', ['create', '--name', `${prefix}-3`, settings.image])).stdout.trim();
    engine.letGo(false);
    expect((await finished(agent, job)).error).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`${prefix}-3`),
    });
    expect((await docker.inspectContainer(`${prefix}-3`))?.id).toBe(id);
  });

  it('whose removal is under way is gone when a second removal says so', async () => {
    // Each client keeps its own turns: these two do not wait for each other.
    const other = createDocker('/var/run/docker.sock');
    for (let round = 0; round < 5; round++) {
      const { stdout } = await run('docker', [
        'run',
        '-d',
        '--network',
        'none',
        '--name',
        `${prefix}-9`,
        settings.image,
      ]);
      const id = stdout.trim();
      const first = docker.remove(id, { force: true });
      await other.remove(id, { force: true });
      expect(await docker.inspectContainer(id)).toBeNull();
      await first;
    }
  });
});

// A real engine is restarted under the fleet, as an update of its package does: every session ends, and everything
// comes back without a person.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { type PrivateEngine, startEngine } from '../harness/engine.ts';
import { apply } from '../harness/fleet.ts';
import { openTcp, say } from '../harness/sockets.ts';
import { waitFor } from '../harness/wait-for.ts';

const PRIMARY = 30_943;
const image = 'conduit-simulator:february';
let engine: PrivateEngine;
let agent: TestAgent;

beforeAll(async () => {
  engine = await startEngine(image);
  agent = await startTestAgent({
    prefix: 'dres',
    balancer: { primaryPort: PRIMARY, secondaryPort: 30_966 },
    env: { CONDUIT_DOCKER_SOCKET: engine.socket },
  });
  const job = await apply(agent, { settings: { image, count: 3, loopbackPorts: false } });
  expect(job.error).toBeNull();
});
afterAll(async () => {
  await agent.dispose();
  await engine.dispose();
});

const isWell = ({ engine: { state }, balancer, stations }: Snapshot) =>
  state === 'up' && balancer.backends === 3 && stations.running === 3;

it('is brought back with the same stations and their keys', async () => {
  const held = await openTcp(PRIMARY);
  expect(await say(held, 'x')).toBe('x');
  const ended = new Promise((resolve) =>
    held
      .once('close', resolve)
      .on('error', () => undefined)
      .resume(),
  );
  const keys = (await engine.docker('volume', 'ls', '-q')).trim().split('\n').sort();

  await engine.restart();
  await ended;
  await waitFor(
    'the fleet to be well again',
    async () => isWell(await agent.client.call('snapshot.get', {})),
    {
      timeoutMs: 60_000,
    },
  );
  const again = await openTcp(PRIMARY);
  expect(await say(again, 'x')).toBe('x');
  again.destroy();
  expect((await engine.docker('volume', 'ls', '-q')).trim().split('\n').sort()).toEqual(keys);
  await waitFor('the problems to end', async () => {
    const { problems } = await agent.client.call('snapshot.get', {});
    return problems.every(({ severity }) => severity !== 'critical');
  });
});

// Docker goes away under the agent: the picture keeps coming, says so, and recovers. The engine itself stays up for
// everybody else; the agent reaches it through a socket that this test closes and opens.
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { apply } from '../harness/fleet.ts';
import { waitFor } from '../harness/wait-for.ts';

let agent: TestAgent;
let directory: string;
let door: { close(): Promise<void> };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'livd-'));
  door = await openDoor(join(directory, 'docker.sock'));
  agent = await startTestAgent({
    prefix: 'livd',
    balancer: { primaryPort: 27_643, secondaryPort: 27_666 },
    env: { CONDUIT_DOCKER_SOCKET: join(directory, 'docker.sock') },
  });
});
afterAll(async () => {
  await agent.dispose();
  await door.close();
  await rm(directory, { recursive: true });
});

async function until(what: string, holds: (now: Snapshot) => boolean): Promise<Snapshot> {
  let now = await agent.client.call('snapshot.get', {});
  await waitFor(what, async () => {
    now = await agent.client.call('snapshot.get', {});
    return holds(now);
  });
  return now;
}
const codes = ({ problems }: Snapshot) => problems.map(({ code }) => code);

it('says that nothing is wanted yet', async () => {
  expect(codes(await until('the engine', ({ engine }) => engine.state === 'up'))).toContain('fleet-empty');
});

it('keeps the picture coming without Docker, and recovers with it', async () => {
  await apply(agent, {
    settings: { image: 'conduit-simulator:february', count: 2, loopbackPorts: false },
  });
  await until('two stations to run', ({ stations }) => stations.running === 2);
  await door.close();
  const down = await until('the engine to be missed', ({ engine }) => engine.state === 'down');
  expect(down.problems[0]).toMatchObject({ code: 'docker-down', severity: 'critical' });
  expect(down.engine.message).not.toBeNull();
  // The stations do not need the engine to serve people, and they still say so themselves.
  const later = await until('the next sample', ({ at }) => at > down.at);
  expect(later.stations).toEqual({ running: 2, wanted: 2 });

  door = await openDoor(join(directory, 'docker.sock'));
  const up = await until('the engine to be back', ({ engine }) => engine.state === 'up');
  expect(codes(up)).not.toContain('docker-down');
});

/** A socket that leads to the real engine for as long as it is open. */
async function openDoor(path: string): Promise<{ close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect('/var/run/docker.sock');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

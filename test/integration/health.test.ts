// Stations that fail while the balancer serves, at the pace of a real server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { run } from '../../lib/host/run.ts';
import { sendControl } from '../../simulator/control.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { apply, runningOnEngine } from '../harness/fleet.ts';
import { openTcp, say } from '../harness/sockets.ts';
import { waitFor } from '../harness/wait-for.ts';

const prefix = 'heal';
const PRIMARY = 30_843;
let agent: TestAgent;

beforeAll(async () => {
  agent = await startTestAgent({
    prefix,
    balancer: { primaryPort: PRIMARY, secondaryPort: 30_866 },
    env: { CONDUIT_TICK_MS: '2000' },
  });
  const settings = {
    image: 'conduit-simulator:february',
    count: 5,
    loopbackPorts: false,
    hungRestartSeconds: 0,
  };
  await apply(agent, { settings });
});
afterAll(() => agent.dispose());

const snapshot = () => agent.client.call('snapshot.get', {});
async function until(what: string, holds: (now: Snapshot) => boolean, timeoutMs?: number): Promise<void> {
  await waitFor(what, async () => holds(await snapshot()), timeoutMs === undefined ? {} : { timeoutMs });
}
const station = ({ stationList }: Snapshot, index: number) => stationList.find((one) => one.index === index);
async function control(index: number, command: string): Promise<void> {
  await sendControl(station(await snapshot(), index)?.address ?? '', [command]);
}
/** What nginx sends new clients to: it says so once its new workers have taken over. */
async function upstream(): Promise<number[]> {
  const { stations } = await agent.client.call('balancer.traffic', {});
  return stations.filter(({ rotation }) => rotation === 'in').map(({ index }) => index);
}
async function serves(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    const socket = await openTcp(PRIMARY);
    expect(await say(socket, 'x')).toBe('x');
    socket.destroy();
  }
}

describe('a station', () => {
  it('that hangs leaves the balancer within five seconds and returns by itself', async () => {
    // A reload of nginx takes a fifth of a second, and many on a machine that is busy with other things.
    const begun = performance.now();
    await agent.client.call('balancer.reload', {});
    const reloadMs = performance.now() - begun;
    await control(2, 'hang');
    await waitFor('it to be out', async () => !(await upstream()).includes(2), {
      timeoutMs: 5000 + 3 * reloadMs,
    });
    await serves();
    await until('the reason', (now) => station(now, 2)?.rotation === 'out');
    const { stations } = await agent.client.call('balancer.traffic', {});
    expect(stations[1]).toMatchObject({ rotation: 'out', reason: 'It does not answer.' });
    await control(2, 'resume');
    await waitFor('it to be back', async () => (await upstream()).includes(2));
    expect(station(await snapshot(), 2)?.restarts).toBe(0);
  });

  it('that is not live gets no clients, and gets them again when it is', async () => {
    await control(4, 'live 0');
    await waitFor('it to be out', async () => !(await upstream()).includes(4));
    await control(4, 'live 1');
    await waitFor('it to be back', async () => (await upstream()).includes(4));
  });

  it('that does not listen is shown as such, and neither restarted nor in the way of clients', async () => {
    expect(station(await snapshot(), 3)?.ingress).toBe('open');
    await control(3, 'listen off');
    await serves();
    await until('the closed ingress', (now) => station(now, 3)?.ingress === 'closed', 70_000);
    expect(station(await snapshot(), 3)).toMatchObject({ state: 'running', restarts: 0 });
    await control(3, 'listen on');
  });

  it.each([
    ['killed', 'kill'],
    ['paused', 'pause'],
    ['removed', 'rm'],
  ])('that is %s by hand leaves at once and comes back without a person', async (_what, command) => {
    const args = command === 'rm' ? ['rm', '-f', `${prefix}-5`] : [command, `${prefix}-5`];
    await run('docker', args);
    await serves();
    await waitFor('it to run again', async () => (await runningOnEngine(agent)).includes(5), {
      timeoutMs: 60_000,
    });
    await waitFor('it to be back in the balancer', async () => (await upstream()).includes(5));
    await until('its report', (now) => station(now, 5)?.state === 'running');
  });
});

describe('most stations at once', () => {
  it('stay in the balancer and are not restarted when they fall silent: the cause is elsewhere', async () => {
    await agent.client.call('fleet.apply', { settings: { hungRestartSeconds: 30 } });
    for (const index of [1, 2, 3]) await control(index, 'hang');
    await until(
      'their silence',
      ({ stationList }) => stationList.filter(({ state }) => state === 'unresponsive').length === 3,
    );
    expect((await upstream()).length).toBeGreaterThanOrEqual(3);
    await until(
      'the policy to hold back',
      ({ problems }) => problems.some(({ code }) => code === 'stations-hung'),
      60_000,
    );
    for (const index of [1, 2]) await control(index, 'resume');
    await until('one to be restarted', (now) => station(now, 3)?.state === 'running', 60_000);
    const { entries } = await agent.client.call('activity.list', {});
    expect(entries.some(({ actor, action }) => actor === 'agent' && action === 'station.restart')).toBe(true);
    expect((await runningOnEngine(agent)).length).toBe(5);
  });
});

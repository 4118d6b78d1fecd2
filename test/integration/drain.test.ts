// Scaling and rolling changes with sessions that are held: who stays is not cut, who leaves may finish.
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { apply, finished, runningOnEngine } from '../harness/fleet.ts';
import { askUdp, openTcp, say } from '../harness/sockets.ts';
import { waitFor } from '../harness/wait-for.ts';

const PRIMARY = 30_643;
const image = 'conduit-simulator:february';
let agent: TestAgent;
const held: Socket[] = [];

beforeAll(async () => {
  agent = await startTestAgent({ prefix: 'drai', balancer: { primaryPort: PRIMARY, secondaryPort: 30_666 } });
  await apply(agent, { settings: { image, count: 4, loopbackPorts: false } });
});
afterAll(async () => {
  for (const socket of held) socket.destroy();
  await agent.dispose();
});

const snapshot = () => agent.client.call('snapshot.get', {});
const allIn = (backends: number) =>
  waitFor(`all ${backends} in the balancer`, async () => (await snapshot()).balancer.backends === backends);
const traffic = () => agent.client.call('balancer.traffic', {});

/** Opens sessions one after another, each proved by an echo. */
async function hold(count: number): Promise<Socket[]> {
  const opened: Socket[] = [];
  for (let i = 0; i < count; i++) {
    const socket = await openTcp(PRIMARY);
    socket.on('error', () => undefined);
    await say(socket, 'hello');
    opened.push(socket);
  }
  held.push(...opened);
  return opened;
}
const answers = (sockets: readonly Socket[]) =>
  Promise.all(
    sockets.map((socket) =>
      socket.destroyed
        ? false
        : say(socket, 'there?').then(
            (text) => text === 'there?',
            () => false,
          ),
    ),
  );
const count = (outcomes: readonly boolean[]) => outcomes.filter(Boolean).length;
const jobOf = (jobId: string) => agent.client.call('job.get', { id: jobId });
const drainStep = async (jobId: string) => (await jobOf(jobId)).steps.find(({ key }) => key === 'drain');

describe('stations that stop', () => {
  it('finish their sessions first, get no new ones meanwhile, and the job says who is connected', async () => {
    await allIn(4);
    const sessions = await hold(12);
    await waitFor('three sessions on each station', async () =>
      (await traffic()).stations.every(({ primary }) => primary.tcp === 3),
    );
    const { jobId } = await agent.client.call('fleet.apply', { settings: { count: 2 }, drainSeconds: 300 });
    await waitFor('the drain to be said', async () =>
      ((await drainStep(jobId))?.message ?? '').startsWith('6 sessions on 2 stations still open'),
    );
    await waitFor('the stations to be shown as draining', async () => {
      const { stationList } = await snapshot();
      return stationList.map(({ rotation }) => rotation).join() === 'in,in,draining,draining';
    });
    expect(count(await answers(sessions))).toBe(12);
    await hold(8);
    const open = (await traffic()).stations.map(({ primary }) => primary.tcp);
    expect(open.slice(2)).toEqual([3, 3]);
    await waitFor('the old workers to be shown', async () => {
      const { oldWorkers } = (await snapshot()).balancer;
      return oldWorkers.workers > 0 && oldWorkers.sessions > 0;
    });
    // Their clients leave: the job goes on long before the drain time is over.
    for (const socket of sessions) socket.destroy();
    expect((await finished(agent, { jobId })).state).toBe('succeeded');
    expect(await runningOnEngine(agent)).toEqual([1, 2]);
  });

  it('are cut when the drain time is over, and the job says how many', async () => {
    await apply(agent, { settings: { count: 3 } });
    await allIn(3);
    const sessions = await hold(9);
    const { jobId } = await agent.client.call('fleet.apply', { settings: { count: 2 }, drainSeconds: 2 });
    expect((await finished(agent, { jobId })).state).toBe('succeeded');
    expect((await drainStep(jobId))?.message).toMatch(
      /^The drain time is over: \d+ sessions? on 1 station end now\.$/,
    );
    await waitFor('the sessions to end', () => sessions.some(({ destroyed }) => destroyed));
    // Those on stations that stay go on.
    expect(count(await answers(sessions))).toBeGreaterThanOrEqual(4);
  });

  it('can be kept by cancelling the job: they get clients again', async () => {
    await apply(agent, { settings: { count: 3 } });
    await allIn(3);
    await hold(6);
    const { jobId } = await agent.client.call('station.restart', { stations: [1, 2, 3], drainSeconds: 300 });
    await waitFor('the drain', async () => (await drainStep(jobId))?.state === 'running');
    await agent.client.call('job.cancel', { id: jobId });
    expect((await finished(agent, { jobId })).state).toBe('cancelled');
    await allIn(3);
  });

  it('stop at once where the drain time is zero', async () => {
    const { jobId } = await agent.client.call('station.stop', { stations: [3], drainSeconds: 0 });
    expect((await finished(agent, { jobId })).state).toBe('succeeded');
    expect(await runningOnEngine(agent)).toEqual([1, 2]);
  });
});

describe('UDP through nginx', () => {
  it('is not waited for: its workers of before the change have no socket to answer from', async () => {
    for (const socket of held) socket.destroy();
    await finished(agent, await agent.client.call('station.start', { stations: [3] }));
    await allIn(3);
    expect(await askUdp(PRIMARY, 'hello', 1)).toEqual(['hello']);
    await waitFor('the session to be seen', async () =>
      (await traffic()).stations.some(({ primary }) => primary.udp > 0),
    );
    const asked = { stations: [1, 2, 3], drainSeconds: 300 };
    const job = await finished(agent, await agent.client.call('station.restart', asked));
    expect(job.state).toBe('succeeded');
    await finished(agent, await agent.client.call('station.stop', { stations: [3], drainSeconds: 0 }));
  });
});

describe('a restored configuration', () => {
  it('is held until the wanted one is applied again', async () => {
    const { backups } = await agent.client.call('balancer.get', {});
    const older = backups.find(({ ours }) => ours);
    if (older === undefined) throw new Error('no backup of ours');
    const { text } = await agent.client.call('balancer.backup', { id: older.id });
    const restored = await agent.client.call('balancer.restore', { id: older.id });
    expect(restored.config.live).toBe(text);
    expect(restored.state.state).toBe('held');
    const codes = async () => (await snapshot()).problems.map(({ code }) => code);
    await waitFor('the problem', async () => (await codes()).includes('balancer-held'));
    await finished(agent, await agent.client.call('station.start', { stations: [3] }));
    expect((await agent.client.call('balancer.get', {})).config.live).toBe(text);
    expect(restored.config.diff).toContain('+++ wanted');

    const applied = await agent.client.call('balancer.apply', {});
    expect(applied.config.live).toBe(applied.config.wanted);
    expect(applied.config.diff).toBeNull();
    await allIn(3);
    await waitFor('the problem to end', async () => !(await codes()).includes('balancer-held'));
  });

  it('is refused when there is no such backup', async () => {
    await expect(agent.client.call('balancer.restore', { id: 'original-none' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('can be tested and reloaded without a change', async () => {
    expect(await agent.client.call('balancer.test', {})).toMatchObject({ ok: true });
    const [session] = await hold(1);
    await agent.client.call('balancer.reload', {});
    expect(await answers(session === undefined ? [] : [session])).toEqual([true]);
  });
});

describe("a fleet that moves to the host's network", () => {
  it('keeps its balancer until the last station has moved', async () => {
    for (const socket of held) socket.destroy();
    const sessions = await hold(6);
    const { jobId } = await agent.client.call('fleet.apply', {
      settings: { networkMode: 'host', metricsPortBase: 30_700 },
      drainSeconds: 300,
    });
    await waitFor('the first to drain', async () =>
      ((await drainStep(jobId))?.message ?? '').includes('still open'),
    );
    expect(count(await answers(sessions))).toBe(6);
    const newcomers = await hold(4);
    expect(count(await answers(newcomers))).toBe(4);
    for (const socket of held) socket.destroy();
    expect(await finished(agent, { jobId })).toMatchObject({ state: 'succeeded', error: null });
    await expect(openTcp(PRIMARY)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const { stationList } = await snapshot();
    expect(stationList.map(({ rotation }) => rotation)).toEqual(['out', 'out', 'out']);
  });

  it('has it again when it moves back', async () => {
    expect(await apply(agent, { settings: { networkMode: 'cluster' } })).toMatchObject({ error: null });
    await allIn(3);
    await hold(3);
  });
});

describe('settings', () => {
  it('limit the sessions of one client', async () => {
    await agent.client.call('balancer.configure', { sessionsPerClient: 200 });
    await agent.client.call('balancer.configure', { sessionsPerClient: null, extraPorts: [30_680] });
    const extra = await openTcp(30_680);
    held.push(extra);
    expect(await say(extra, 'hello')).toBe('hello');
    for (const socket of held) socket.destroy();
    await agent.client.call('balancer.configure', { sessionsPerClient: 3 });
    await hold(3);
    const fourth = await openTcp(PRIMARY);
    await expect(say(fourth, 'hello')).rejects.toThrow();
  });

  it('refuse a port that is named twice', async () => {
    await expect(agent.client.call('balancer.configure', { extraPorts: [PRIMARY] })).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'extraPorts' }],
    });
  });
});

// What the fleet must not do: touch strangers, lose a key, give up because of one station.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../lib/host/run.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import {
  apply,
  docker,
  finished,
  runningOnEngine,
  stationsOnEngine,
  volumeDirectory,
} from '../harness/fleet.ts';
import { waitFor } from '../harness/wait-for.ts';

const prefix = 'fltb';
const image = 'conduit-simulator:february';
const settings = { image, loopbackPortBase: 28_200 };
/** A machine that is busy with something else takes its time. */
const PATIENCE = { timeoutMs: 90_000 };
let agent: TestAgent;

beforeAll(async () => {
  agent = await startTestAgent({ prefix, balancer: { primaryPort: 28_444, secondaryPort: 28_567 } });
});
afterAll(() => agent.dispose());

const problemCodes = async () =>
  (await agent.client.call('snapshot.get', {})).problems.map(({ code }) => code);

const hasBackends = async (count: number) =>
  (await agent.client.call('snapshot.get', {})).balancer.backends === count;
const settled = async () => {
  const { jobs } = await agent.client.call('job.list', {});
  return (
    jobs.every(({ state }) => state !== 'running' && state !== 'queued') &&
    (await agent.client.call('fleet.plan', {})).steps.length === 0
  );
};

describe("a stranger's container", () => {
  let strangerId = '';

  it('keeps its name: that station is left out, the others run', async () => {
    strangerId = await docker.create({
      name: `${prefix}-2`,
      image,
      command: ['start', '--data-dir', '/home/conduit/data'],
      labels: {},
      network: { mode: 'none' },
      ports: [],
      volume: null,
      cpus: null,
      memoryBytes: null,
      openFiles: null,
      pidsLimit: null,
      restart: false,
    });
    const job = await apply(agent, { settings: { ...settings, count: 3 } });
    expect(job.state).toBe('succeeded');
    expect(await runningOnEngine(agent)).toEqual([1, 3]);
    expect((await stationsOnEngine(agent)).get(2)).toMatchObject({
      id: strangerId,
      state: 'created',
      labels: {},
    });
    expect((await agent.client.call('fleet.get', {})).strangers).toContainEqual({
      name: `${prefix}-2`,
      image,
      state: 'created',
    });
  });

  it('makes way by itself only when its owner removes it', async () => {
    await docker.remove(strangerId, { force: true });
    await waitFor('station 2 to run', async () => (await runningOnEngine(agent)).includes(2));
  });
});

describe('a key', () => {
  it('that vanished stops the start of its station, and of no other', async () => {
    await finished(agent, await agent.client.call('station.stop', { stations: [1] }));
    const file = `${await volumeDirectory(prefix, 1)}/conduit_key.json`;
    const key = await readFile(file);
    await rm(file);

    const job = await finished(agent, await agent.client.call('station.start', { stations: [1] }));
    expect(job).toMatchObject({ state: 'failed', error: { code: 'key_alarm' } });
    expect(await runningOnEngine(agent)).toEqual([2, 3]);
    expect((await agent.client.call('fleet.plan', {})).steps).toMatchObject([
      { action: 'blocked', index: 1 },
    ]);
    await waitFor('the alarm to be shown', async () => (await problemCodes()).includes('key-alarm'));
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });

    expect((await apply(agent, { settings: { count: 4 } })).state).toBe('succeeded');
    expect(await runningOnEngine(agent)).toEqual([2, 3, 4]);

    await writeFile(file, key);
    expect((await finished(agent, await agent.client.call('station.start', { stations: [1] }))).state).toBe(
      'succeeded',
    );
    expect(await runningOnEngine(agent)).toEqual([1, 2, 3, 4]);
    expect(await readFile(file)).toEqual(key);
  });

  it('that is damaged while its station runs raises the alarm and stops nothing', async () => {
    const file = `${await volumeDirectory(prefix, 2)}/conduit_key.json`;
    const key = await readFile(file);
    await writeFile(file, '');
    const job = await finished(agent, await agent.client.call('station.restart', { stations: [2] }));
    expect(job).toMatchObject({ state: 'failed', error: { code: 'key_alarm' } });
    expect(await runningOnEngine(agent)).toContain(2);
    expect(await readFile(file, 'utf8')).toBe('');
    await writeFile(file, key);
    expect((await finished(agent, await agent.client.call('station.restart', { stations: [2] }))).state).toBe(
      'succeeded',
    );
  });
});

describe('a key that is damaged in the middle of', () => {
  it.each([
    ['replacing', () => agent.client.call('fleet.apply', { settings: { maxClients: 90 } })],
    ['restarting', () => agent.client.call('station.restart', { stations: [1, 2, 3, 4] })],
  ])('%s the fleet is not overwritten, and its station runs on', async (_what, begin) => {
    const file = `${await volumeDirectory(prefix, 4)}/conduit_key.json`;
    const key = await readFile(file);
    const before = await stationsOnEngine(agent);
    const job = await begin();
    await waitFor(
      'the first to be through',
      async () => {
        const first = (await stationsOnEngine(agent)).get(1);
        return first?.state === 'running' && first.startedAtMs !== before.get(1)?.startedAtMs;
      },
      { everyMs: 25, ...PATIENCE },
    );
    await writeFile(file, 'damaged');
    expect(await finished(agent, job)).toMatchObject({ state: 'failed', error: { code: 'key_alarm' } });
    expect(await readFile(file, 'utf8')).toBe('damaged');
    expect((await stationsOnEngine(agent)).get(4)).toMatchObject({
      id: before.get(4)?.id,
      state: 'running',
      startedAtMs: before.get(4)?.startedAtMs,
    });
    await waitFor('all four in the balancer', () => hasBackends(4));
    await writeFile(file, key);
    await waitFor('the fleet to settle', settled, PATIENCE);
  });
});

describe('a station that crashes without its key', () => {
  it('does not stay up with a new one', async () => {
    const file = `${await volumeDirectory(prefix, 3)}/conduit_key.json`;
    const key = await readFile(file);
    const { pid } = (await stationsOnEngine(agent)).get(3) ?? {};
    await rm(file);
    if (pid != null) process.kill(pid, 'SIGKILL');
    await waitFor('station 3 to be stopped', async () => {
      const found = (await agent.client.call('snapshot.get', {})).stationList.find(
        ({ index }) => index === 3,
      );
      return found?.state === 'blocked' && !(await runningOnEngine(agent)).includes(3);
    });
    await writeFile(file, key);
    expect((await finished(agent, await agent.client.call('station.start', { stations: [3] }))).state).toBe(
      'succeeded',
    );
    expect(await readFile(file)).toEqual(key);
  });
});

describe('a key that is lost for good', () => {
  it('holds its station back until the operator gives it up', async () => {
    await finished(agent, await agent.client.call('station.stop', { stations: [4] }));
    const before = await agent.client.call('station.get', { station: 4 });
    await rm(`${await volumeDirectory(prefix, 4)}/conduit_key.json`);
    const refused = await finished(agent, await agent.client.call('station.start', { stations: [4] }));
    expect(refused.error?.code).toBe('key_alarm');
    await agent.client.call('station.forgetKey', { stations: [4] });
    await waitFor('station 4 to run', async () => (await runningOnEngine(agent)).includes(4));
    await waitFor('its new key', async () => {
      const { keyState, proxyId } = await agent.client.call('station.get', { station: 4 });
      return keyState === 'sound' && proxyId !== before.proxyId;
    });
  });
});

describe('a port that somebody else has', () => {
  let server: Server;

  it('fails its own station only, and says who has it', async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(28_205, '127.0.0.1', resolve));
    const job = await apply(agent, { settings: { count: 6 } });
    expect(job).toMatchObject({ state: 'failed', error: { code: 'port_in_use' } });
    expect(job.error?.message).toContain('28205');
    expect(job.error?.message).toContain(String(process.pid));
    expect(await runningOnEngine(agent)).toEqual([1, 2, 3, 4, 6]);
    await waitFor('the problem to be shown', async () => (await problemCodes()).includes('port-taken'));
  });

  it('is used as soon as it is free', async () => {
    await new Promise((resolve) => server.close(resolve));
    await waitFor('station 5 to run', async () => (await runningOnEngine(agent)).includes(5));
    await waitFor('the problem to go', async () => !(await problemCodes()).includes('port-taken'));
  });
});

describe('an image whose stations do not come up', () => {
  const broken = `conduit-simulator-${prefix}:broken`;
  const idOf = async (station: number) => (await stationsOnEngine(agent)).get(station)?.id;
  let before = new Map<number, string>();

  beforeAll(async () => {
    await waitFor('the fleet to settle', settled, PATIENCE);
    await waitFor('all in the balancer', () => hasBackends(6));
    before = new Map([...(await stationsOnEngine(agent))].map(([index, { id }]) => [index, id]));
    const { stdout } = await run('docker', ['create', image, 'start', '--data-dir', '/home/conduit/data']);
    const template = stdout.trim();
    await run('docker', ['commit', '--change', 'ENV CONDUIT_SIM_SCRIPT=crash', template, broken]);
    await run('docker', ['rm', '--force', '--volumes', template]);
  });
  afterAll(() => run('docker', ['image', 'rm', '--force', broken]));

  it('takes the first of them and no other', async () => {
    const job = await apply(agent, { settings: { image: broken } });
    expect(job).toMatchObject({ state: 'failed', error: { code: 'job_failed' } });
    expect(job.error?.message).toContain(`${prefix}-1 is not live again`);
    expect(await idOf(1)).not.toBe(before.get(1));
    for (const station of [2, 3, 4, 5, 6]) expect(await idOf(station)).toBe(before.get(station));
    await waitFor('the problem', async () => (await problemCodes()).includes('roll-stopped'));
  });

  it('is not rolled further by recovery, which still does what else is to be done', async () => {
    await agent.restart();
    await docker.remove(before.get(6) ?? '', { force: true });
    await waitFor(
      'station 6 to be made again',
      async () => {
        const id = await idOf(6);
        return id !== undefined && id !== before.get(6);
      },
      PATIENCE,
    );
    for (const station of [2, 3, 4, 5]) expect(await idOf(station)).toBe(before.get(station));
    expect(await problemCodes()).toContain('roll-stopped');
  });

  it('is left behind by putting the image back', async () => {
    await apply(agent, { settings: { image } });
    await waitFor('all six to run', async () => (await runningOnEngine(agent)).length === 6, PATIENCE);
    for (const station of [2, 3, 4, 5]) expect(await idOf(station)).toBe(before.get(station));
    await waitFor('the problem to go', async () => !(await problemCodes()).includes('roll-stopped'));
  });
});

describe('an image that cannot be had', () => {
  it('leaves what runs as it is, names the way out, and still lets the fleet shrink', async () => {
    const before = await stationsOnEngine(agent);
    const job = await apply(agent, { settings: { image: 'localhost:9/none/such:1', count: 5 } });
    expect(job).toMatchObject({ state: 'failed', error: { code: 'image_unavailable' } });
    expect(`${job.error?.message} ${job.error?.remedy}`).toContain('--simulator');
    expect(await runningOnEngine(agent)).toEqual([1, 2, 3, 4, 5]);
    expect((await stationsOnEngine(agent)).get(1)?.id).toBe(before.get(1)?.id);
  });

  it('is not waited for when the job is cancelled', async () => {
    // A registry that takes the call and never says a word.
    const calls = new Set<Socket>();
    const silent = createServer((socket) => calls.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(28_290, '127.0.0.1', resolve));
    const { jobId } = await agent.client.call('fleet.apply', {
      settings: { image: '127.0.0.1:28290/never/ends:1' },
    });
    await waitFor('the pull', async () => {
      const { steps } = await agent.client.call('job.get', { id: jobId });
      return steps.some(({ key, state }) => key === 'prepare' && state === 'running');
    });
    const cancelledAt = Date.now();
    await agent.client.call('job.cancel', { id: jobId });
    const job = await finished(agent, { jobId });
    expect(job.state).toBe('cancelled');
    expect((job.endedAt ?? 0) - cancelledAt).toBeLessThan(8000);
    for (const socket of calls) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('is not tried over and over as new jobs, and a good one ends it', async () => {
    expect((await apply(agent, { settings: { image } })).state).toBe('succeeded');
    const { jobs } = await agent.client.call('job.list', {});
    const failed = jobs.filter(
      ({ kind, error }) => kind === 'fleet.recover' && error?.code === 'image_unavailable',
    );
    expect(failed).toEqual([]);
    expect((await agent.client.call('fleet.plan', {})).steps).toEqual([]);
  });
});

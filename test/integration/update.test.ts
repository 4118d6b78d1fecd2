// The image of a fleet is updated: on one station first, back by itself where that fails, and whole after a crash.
import { lstat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../lib/contract/jobs.ts';
import type { Input } from '../../lib/contract/operations.ts';
import { formerImageName } from '../../lib/fleet/names.ts';
import { run } from '../../lib/host/run.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { apply, docker, finished, stationsOnEngine, volumeDirectory } from '../harness/fleet.ts';
import { release as releaseImage } from '../harness/release.ts';
import { waitFor } from '../harness/wait-for.ts';

const prefix = 'updt';
const IMAGE = 'updt-station:latest';
const COUNT = 3;
const PATIENCE = { timeoutMs: 90_000 };
const LIMITS = { drainSeconds: 0, liveSeconds: 20, steadySeconds: 1 };
const made = new Set<string>();
let agent: TestAgent;
let first = '';

/** A version of its own, under the fleet's name; @returns its content id */
async function release(base: string, changes: string[] = []): Promise<string> {
  const id = await releaseImage(IMAGE, `conduit-simulator:${base}`, changes);
  made.add(id);
  return id;
}

const scripted = (script: string) => `ENV CONDUIT_SIM_SCRIPT="${script}"`;
const contents = async () => [...(await stationsOnEngine(agent)).values()].map(({ imageId }) => imageId);
const onImage = async (id: string) => (await contents()).filter((content) => content === id).length;
const start = (id: string, limits: Partial<Input<'update.start'>> = {}) =>
  agent.client.call('update.start', { id, ...LIMITS, ...limits });
const update = async (id: string, limits: Partial<Input<'update.start'>> = {}): Promise<Job> =>
  finished(agent, await start(id, limits));
const allLive = () =>
  waitFor(
    'every station to be live',
    async () => {
      const { stationList } = await agent.client.call('snapshot.get', {});
      return stationList.length === COUNT && stationList.every(({ state }) => state === 'running');
    },
    PATIENCE,
  );
const settled = () =>
  waitFor(
    'the fleet to be as wanted',
    async () => {
      const { activeJobId } = await agent.client.call('snapshot.get', {});
      return activeJobId === null && (await agent.client.call('fleet.plan', {})).steps.length === 0;
    },
    PATIENCE,
  );
async function proxyIds(): Promise<(string | null)[]> {
  const stations = Array.from({ length: COUNT }, (_, i) => i + 1);
  const details = await Promise.all(stations.map((station) => agent.client.call('station.get', { station })));
  return details.map(({ proxyId }) => proxyId);
}

let identities: (string | null)[] = [];

beforeAll(async () => {
  first = await release('february');
  agent = await startTestAgent({ prefix, balancer: { primaryPort: 29_545, secondaryPort: 29_668 } });
  await apply(agent, { settings: { count: COUNT, image: IMAGE, loopbackPortBase: 29_600 } });
  await allLive();
  await waitFor(
    'every key to be known',
    async () => {
      identities = await proxyIds();
      return identities.every((id) => id !== null);
    },
    PATIENCE,
  );
});
afterAll(async () => {
  await agent.dispose();
  await run('docker', ['rmi', '-f', ...made], { okExitCodes: [1] });
});

describe('an image that has not changed', () => {
  it('leaves nothing to do, even where no registry has it', async () => {
    expect(await finished(agent, await agent.client.call('update.fetch', {}))).toMatchObject({
      state: 'succeeded',
    });
    const report = await agent.client.call('update.get', {});
    expect(report.candidate?.id).toBe(first);
    expect(report).toMatchObject({ current: { id: first }, changes: [], obstacle: null });
    await expect(start(first)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is named when it is nowhere', async () => {
    const job = await finished(
      agent,
      await agent.client.call('update.fetch', { image: 'updt-station:nowhere' }),
    );
    expect(job).toMatchObject({ state: 'failed', error: { code: 'image_unavailable' } });
  });
});

describe('a name that leads elsewhere', () => {
  it('is not followed by a station that is made anew, before the update', async () => {
    const moved = await release('february');
    expect(moved).not.toBe(first);
    const lost = (await stationsOnEngine(agent)).get(2);
    await docker.remove(lost?.id ?? '', { force: true });
    await waitFor(
      'the station to be back',
      async () => (await stationsOnEngine(agent)).get(2)?.state === 'running',
      PATIENCE,
    );
    expect(await onImage(first)).toBe(COUNT);
    await settled();
  });
});

describe('an image that is no good', () => {
  it('is taken from the first station when that ends by itself, in its own words', async () => {
    const directory = await volumeDirectory(prefix, 1);
    const owner = (await lstat(directory)).uid;
    const before = new Map([...(await stationsOnEngine(agent))].map(([index, { id }]) => [index, id]));
    const bad = await release('february', [
      scripted('log [ERROR] this version has expired;crash-at-start 7'),
      'USER 1001:1001',
    ]);
    const job = await update(bad);
    expect(job.state).toBe('failed');
    expect(job.error?.message).toMatch(
      /updt-1.*ended.*“.*this version has expired.*”.*runs the image of before again/,
    );
    expect(await onImage(first)).toBe(COUNT);
    const after = await stationsOnEngine(agent);
    for (const station of [2, 3]) expect(after.get(station)?.id).toBe(before.get(station));
    expect((await lstat(directory)).uid).toBe(owner);
    await allLive();
    await settled();
    expect(await proxyIds()).toEqual(identities);
  });

  it('is taken back as well when it never says that it is live', async () => {
    const mute = await release('february', [scripted('slow-start 9999')]);
    const job = await update(mute, { liveSeconds: 5 });
    expect(job.error?.message).toMatch(/it has said nothing of itself 5 s after its start/);
    expect(await onImage(first)).toBe(COUNT);
    await allLive();
  });

  it('is not tried at all when it is no station', async () => {
    await release('february', ['ENTRYPOINT ["/usr/local/bin/conduit","--version"]']);
    await expect(agent.client.call('update.get', {})).rejects.toMatchObject({ code: 'image_unavailable' });
    expect(await onImage(first)).toBe(COUNT);
    await settled();
  });

  it('goes by itself when the agent is killed in the middle of the trial', async () => {
    const mute = await release('february', [scripted('slow-start 9999')]);
    await start(mute, { liveSeconds: 3600 });
    await waitFor('the trial', async () => (await onImage(mute)) === 1, PATIENCE);
    await agent.kill('SIGKILL');
    await agent.restart();
    await waitFor('the image of before', async () => (await onImage(first)) === COUNT, PATIENCE);
    await allLive();
    await settled();
    expect(await proxyIds()).toEqual(identities);
  });
});

describe('a good image', () => {
  it('is not what was shown when the name leads elsewhere meanwhile', async () => {
    const shown = await release('february');
    await release('february');
    await expect(start(shown)).rejects.toMatchObject({
      code: 'conflict',
      message: /another image meanwhile/,
    });
  });

  it('reaches every station, another command line included, with every key as it was', async () => {
    const january = await release('january');
    const report = await agent.client.call('update.get', {});
    expect(report.changes.map(({ what }) => what)).toEqual(['Command line', 'Command']);
    expect(report.canary).toMatchObject({ station: 1 });
    const job = await update(january);
    expect(job).toMatchObject({ state: 'succeeded' });
    expect(await onImage(january)).toBe(COUNT);
    await allLive();
    const commands = [...(await stationsOnEngine(agent)).values()].map(({ command }) => command);
    expect(commands.every((words) => words.includes('--max-clients'))).toBe(true);
    expect(await proxyIds()).toEqual(identities);
    expect((await agent.client.call('update.get', {})).current).toMatchObject({
      id: january,
      dialect: 'january',
    });
    // The way back has a name, so that pruning images does not take it.
    expect((await docker.inspectImage(formerImageName(prefix)))?.id).toBe(first);
    first = january;
  });

  it('reaches the rest of them when the agent is killed in the middle of it', async () => {
    const next = await release('february');
    await start(next);
    await waitFor('some of them', async () => (await onImage(next)) >= 2, { ...PATIENCE, everyMs: 20 });
    await agent.kill('SIGKILL');
    await agent.restart();
    await waitFor('all of them', async () => (await onImage(next)) === COUNT, PATIENCE);
    await allLive();
    await settled();
    expect(await proxyIds()).toEqual(identities);
  });
});

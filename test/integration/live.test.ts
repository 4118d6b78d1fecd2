// Live state and history on real stations: what the agent says must be what the stations and the engine say.
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot, StationSnapshot } from '../../lib/contract/snapshot.ts';
import { run } from '../../lib/host/run.ts';
import { readTruth, sendControl } from '../../simulator/control.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { apply, docker, stationsOnEngine } from '../harness/fleet.ts';
import { waitFor } from '../harness/wait-for.ts';

const prefix = 'livt';
const image = 'conduit-simulator:february';
let agent: TestAgent;
const sockets: Socket[] = [];

beforeAll(async () => {
  agent = await startTestAgent({ prefix, balancer: { primaryPort: 27_443, secondaryPort: 27_566 } });
  await apply(agent, { settings: { image, count: 3, loopbackPorts: false } });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await agent.dispose();
});

const snapshot = () => agent.client.call('snapshot.get', {});
async function station(index: number): Promise<StationSnapshot> {
  const found = (await snapshot()).stationList.find((one) => one.index === index);
  if (found === undefined) throw new Error(`station ${index} is not in the snapshot`);
  return found;
}
async function until(what: string, holds: (now: Snapshot) => boolean): Promise<Snapshot> {
  let now = await snapshot();
  try {
    await waitFor(what, async () => {
      now = await snapshot();
      return holds(now);
    });
  } catch (cause) {
    const seen = now.stationList.map(({ index, state, reason, source, restarts }) =>
      JSON.stringify({ index, state, reason, source, restarts }),
    );
    throw new Error(`${what} was not seen; last:\n${seen.join('\n')}\n${agent.log().slice(-6000)}`, {
      cause,
    });
  }
  return now;
}
async function addressOf(index: number): Promise<string> {
  const { address } = await station(index);
  if (address === null) throw new Error(`station ${index} has no address`);
  return address;
}

/** Opens sessions to a station as clients would, and waits until they stand. */
async function openSessions(host: string, count: number): Promise<Socket[]> {
  const opened = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect({ host, port: 443 }, () => resolve(socket));
          socket.once('error', reject);
        }),
    ),
  );
  sockets.push(...opened);
  return opened;
}

describe('the snapshot', () => {
  it('shows every station running, from its own report', async () => {
    const now = await until('three stations to run', ({ stations }) => stations.running === 3);
    expect(now.stationList.map(({ source }) => source)).toEqual(['metrics', 'metrics', 'metrics']);
    expect(now.engine.state).toBe('up');
    // The balancer's own watch looks at its pace, so that what it says can be a moment old.
    await until('nothing to be wrong', ({ problems }) =>
      problems.every(({ severity }) => severity !== 'critical'),
    );
    expect(now.host.memoryTotalBytes).toBeGreaterThan(now.host.memoryUsedBytes);
  });

  it('follows real sessions as they come and go', async () => {
    const [first, second] = [await addressOf(1), await addressOf(2)];
    const sessions = await openSessions(first, 7);
    await openSessions(second, 4);
    const now = await until('eleven clients', ({ users }) => users.connected === 11);
    expect(now.stationList.map(({ connected }) => connected)).toEqual([7, 4, 0]);
    for (const socket of sessions.slice(0, 5)) socket.destroy();
    await until('five to be gone', ({ users }) => users.connected === 6);
  });

  it('counts the bytes that were really moved, and how fast', async () => {
    const [socket] = await openSessions(await addressOf(3), 1);
    socket?.write(Buffer.alloc(200_000));
    socket?.resume();
    const truth = () => addressOf(3).then((host) => readTruth(host));
    await until('the bytes to be counted', ({ traffic }) => traffic.uploadedBytes >= 200_000);
    const now = await until('a rate', ({ traffic }) => traffic.uploadBps > 0);
    expect(now.traffic.uploadedBytes).toBe(
      now.stationList.reduce((sum, { uploadedBytes }) => sum + uploadedBytes, 0),
    );
    expect((await station(3)).uploadedBytes).toBe((await truth()).uploadedBytes);
  });

  it('adds up the countries that the stations report', async () => {
    await sendControl(await addressOf(1), ['clients IR 30', 'clients RU 2']);
    await sendControl(await addressOf(2), ['clients IR 12']);
    const truths = await Promise.all([1, 2, 3].map(async (index) => readTruth(await addressOf(index))));
    const truthOf = (code: string) =>
      truths.reduce((total, { regions }) => total + (regions[code]?.connected ?? 0), 0);
    expect(truthOf('IR')).toBeGreaterThanOrEqual(42);
    const counted = ({ countries }: Snapshot, code: string) =>
      countries.find((country) => country.code === code)?.connected ?? 0;
    await until('the countries', (now) => ['IR', 'RU'].every((code) => counted(now, code) === truthOf(code)));
    await sendControl(await addressOf(1), ['clients IR 0', 'clients RU 0']);
    await sendControl(await addressOf(2), ['clients IR 0']);
  });

  it('agrees with docker stats about memory', async () => {
    const { stdout } = await run('docker', [
      'stats',
      '--no-stream',
      '--format',
      '{{.MemUsage}}',
      `${prefix}-1`,
    ]);
    const theirs = parseMebibytes(stdout);
    const ours = ((await station(1)).memoryBytes ?? 0) / 2 ** 20;
    expect(Math.abs(ours - theirs)).toBeLessThan(Math.max(0.5, theirs * 0.2));
  });

  it('reaches whoever watches, the newest first', async () => {
    const left = new AbortController();
    const seen: number[] = [];
    for await (const { at } of agent.client.stream('snapshot.watch', {}, { signal: left.signal })) {
      seen.push(at);
      if (seen.length === 4) break;
    }
    left.abort();
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  });
});

describe('a station that fails', () => {
  it('is called unresponsive when it hangs, without holding up the others, and recovers', async () => {
    const host = await addressOf(2);
    await sendControl(host, ['hang']);
    const now = await until(
      'it to be noticed',
      ({ stationList }) => stationList[1]?.state === 'unresponsive',
    );
    expect(now.stationList[1]).toMatchObject({ connected: 0, uploadBps: 0 });
    expect(now.stationList[0]?.state).toBe('running');
    expect(now.problems.find(({ code }) => code === 'stations-failing')).toMatchObject({ station: 2 });
    // Who waits for it waits half a second in each sample.
    await until('a sample that did not wait', ({ at, sampleMs }) => at > now.at && sampleMs < 400);
    await sendControl(host, ['resume']);
    await until('it to answer again', ({ stationList }) => stationList[1]?.state === 'running');
  });

  it('says how it ended and that Docker restarts it', async () => {
    const before = await station(1);
    await sendControl(await addressOf(1), ['crash 3']);
    const now = await until('the restart', ({ stationList }) => {
      const [one] = stationList;
      return one?.state === 'running' && one.startedAt !== before.startedAt;
    });
    expect(now.stationList[0]?.restarts).toBeGreaterThan(before.restarts);
    expect(now.stationList[0]?.reason).toContain('Docker restarted it');
  });

  it('changes its state when it is killed by hand', async () => {
    const id = (await stationsOnEngine(agent)).get(3)?.id ?? '';
    const before = await station(3);
    await run('docker', ['kill', `${prefix}-3`]);
    await until('the end to be seen', ({ stationList }) => {
      const three = stationList[2];
      return three?.state !== 'running' || three.startedAt !== before.startedAt;
    });
    await docker.start(id);
    await until('it to run again', ({ stations }) => stations.running === 3);
  });
});

describe('history', () => {
  const past = (index?: number) =>
    agent.client.call('history.query', {
      ...(index === undefined ? {} : { station: index }),
      from: Date.now() - 900_000,
      to: Date.now() + 10_000,
      maxPoints: 600,
    });
  const sum = (column: (number | null)[]) => column.reduce<number>((total, value) => total + (value ?? 0), 0);

  it('keeps what was seen, with gaps before it', async () => {
    const open = (await snapshot()).users.connected;
    let series = await past();
    await waitFor('a bucket in which all of it stood', async () => {
      series = await past();
      return series.stationsRunning.some((value, i) => value === 3 && series.connected[i] === open);
    });
    expect(series.bucketSeconds).toBe(10);
    expect(series.connected[0]).toBeNull();
    expect((await past(1)).stationsRunning.every((value) => value === null)).toBe(true);
  });

  it('loses and doubles nothing over a restart of the agent', async () => {
    const host = await addressOf(2);
    const truth = async () => (await readTruth(host)).uploadedBytes;
    await sendControl(host, ['bytes IR 1000000 0']);
    await until(
      'the first bytes to be seen',
      ({ stationList }) => (stationList[1]?.uploadedBytes ?? 0) >= 1_000_000,
    );
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      await agent.kill(signal);
      await sendControl(host, ['bytes IR 500000 0']);
      await agent.restart();
    }
    await waitFor('the rows', async () => sum((await past(2)).uploadedBytes) >= (await truth()));
    expect(sum((await past(2)).uploadedBytes)).toBe(await truth());
  });

  it('refuses a range that ends before it begins', async () => {
    const query = agent.client.call('history.query', { from: 2000, to: 1000, maxPoints: 10 });
    await expect(query).rejects.toMatchObject({ code: 'invalid_input', fields: [{ field: 'from' }] });
  });
});

describe('an older image', () => {
  it('is read from its stats file', async () => {
    await apply(agent, { settings: { image: 'conduit-simulator:ssmirr', count: 1 } });
    // The newest snapshot can be from before the change: what counts is the new image's own report.
    await until('the older image to report', ({ stationList: [one, ...others] }) => {
      return others.length === 0 && one?.state === 'running' && one.source !== 'metrics';
    });
    await openSessions(await addressOf(1), 3);
    const now = await until('its clients', ({ users }) => users.connected === 3);
    expect(now.stationList[0]).toMatchObject({ source: 'stats-file', state: 'running' });
  });
});

/** `1.266MiB / 23.54GiB` → 1.266 */
function parseMebibytes(text: string): number {
  const match = /^([\d.]+)([KMG])iB/.exec(text.trim());
  const unit = { K: 1 / 1024, M: 1, G: 1024 }[match?.[2] ?? 'M'] ?? 1;
  return Number(match?.[1]) * unit;
}

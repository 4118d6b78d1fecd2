// The sampler against stations that answer over real connections, as stations do.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { ContainerLogLine } from '../../lib/host/docker-types.ts';
import { waitFor } from '../../test/harness/wait-for.ts';
import { runtime } from './fixtures.ts';
import { createSampler, type Sampler } from './sampler.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

interface FakeStation {
  endpoint: string;
  connected: number;
  hung: boolean;
  delayMs: number;
  asked: number;
  /** Requests under way at a time, at most. */
  most: number;
}

async function station(): Promise<FakeStation> {
  const fake: FakeStation = { endpoint: '', connected: 3, hung: false, delayMs: 0, asked: 0, most: 0 };
  let open = 0;
  const server: Server = createServer((_request, response) => {
    fake.asked++;
    fake.most = Math.max(fake.most, ++open);
    response.once('close', () => open--);
    if (fake.hung) return;
    const answer = `conduit_connected_clients ${fake.connected}\nconduit_is_live 1\n`;
    setTimeout(() => response.end(answer), fake.delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    server.close();
    server.closeAllConnections();
  });
  fake.endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

function sampler(
  lines: string[] = [],
  clock = { nowMs: 2_000_000 },
  onSilent = () => {},
): Sampler & { logReads: () => number } {
  let logReads = 0;
  async function* logs(): AsyncGenerator<ContainerLogLine> {
    logReads++;
    for (const text of lines) yield { stream: 'stdout', atMs: clock.nowMs, text };
  }
  const made = createSampler({
    docker: { logs },
    log: pino({ level: 'silent' }),
    now: () => clock.nowMs,
    onSilent,
  });
  cleanUps.push(() => made.close());
  return { ...made, logReads: () => logReads };
}

describe('createSampler', () => {
  it('asks every station at once and gives the answers in order', async () => {
    const stations = await Promise.all([station(), station(), station()]);
    for (const [i, one] of stations.entries()) one.connected = i * 10;
    const runtimes = stations.map(({ endpoint }, i) =>
      runtime({ index: i + 1, containerId: String(i), metricsEndpoint: endpoint }),
    );
    const tracks = await sampler().sample(runtimes);
    expect(tracks.map(({ reading }) => reading?.connected)).toEqual([0, 10, 20]);
  });

  it('waits for a station that hangs once, then never again, and notices when it is back', async () => {
    const [sound, bad] = [await station(), await station()];
    const one = sampler();
    const runtimes = [
      runtime({ index: 1, containerId: 'a', metricsEndpoint: sound.endpoint }),
      runtime({ index: 2, containerId: 'b', metricsEndpoint: bad.endpoint }),
    ];
    await one.sample(runtimes);
    bad.hung = true;
    await one.sample(runtimes);
    await waitFor('the question to be given up', async () => {
      const [, track] = await one.sample(runtimes);
      return (track?.failures ?? 0) > 0;
    });
    // The question to the silent one is still open when the sample is there.
    sound.connected = 8;
    await waitFor('a sample that did not wait', async () => {
      const [fresh, silent] = await one.sample(runtimes);
      expect(fresh?.reading?.connected).toBe(8);
      return silent?.asking === true;
    });
    bad.hung = false;
    await waitFor('the station to be back', async () => (await one.sample(runtimes))[1]?.failures === 0);
  });

  it('asks a station that falls silent a second time before the first question is given up', async () => {
    const slow = await station();
    let silent = 0;
    const one = sampler([], undefined, () => silent++);
    const runtimes = [runtime({ metricsEndpoint: slow.endpoint })];
    await one.sample(runtimes);
    slow.hung = true;
    await waitFor('it to be distrusted', async () => (await one.sample(runtimes))[0]?.distrusted === true);
    expect(slow.most).toBe(2);
    expect(silent).toBe(1);
  });

  it('asks a station that stays silent one question at a time', async () => {
    const slow = await station();
    slow.hung = true;
    const one = sampler();
    const runtimes = [runtime({ metricsEndpoint: slow.endpoint })];
    await waitFor('the doubt', async () => (await one.sample(runtimes))[0]?.failures === 2);
    slow.most = 0;
    await waitFor('two more misses', async () => (await one.sample(runtimes))[0]?.failures === 4);
    expect(slow.most).toBe(1);
  });

  it('takes the answer of a station that is slow once, and doubts it not', async () => {
    const slow = await station();
    slow.delayMs = 700;
    const one = sampler();
    const runtimes = [runtime({ metricsEndpoint: slow.endpoint })];
    await waitFor('its answer', async () => (await one.sample(runtimes))[0]?.reading?.connected === 3);
    expect((await one.sample(runtimes))[0]).toMatchObject({ failures: 0, distrusted: false });
  });

  it('forgets stations that are gone and asks none that does not run', async () => {
    const there = await station();
    const one = sampler();
    await one.sample([runtime({ metricsEndpoint: there.endpoint })]);
    expect(await one.sample([])).toEqual([]);
    const [stopped] = await one.sample([
      runtime({ engineState: 'exited', exitCode: 0, metricsEndpoint: there.endpoint }),
    ]);
    expect(stopped?.reading).toBeNull();
    expect(there.asked).toBe(1);
  });

  it('reads the log where there is neither metrics nor a file, every ten seconds at most', async () => {
    const clock = { nowMs: 2_000_000 };
    const line = '[STATS] Connecting: 1 | Connected: 6 | Up: 1.0 KB | Down: 2 B | Uptime: 3s';
    const one = sampler([line], clock);
    const silent = [runtime({ metricsEndpoint: null })];
    await waitFor('the log to be read', async () => (await one.sample(silent))[0]?.reading?.connected === 6);
    for (let i = 0; i < 4; i++) await one.sample(silent);
    expect(one.logReads()).toBe(1);
    clock.nowMs += 10_000;
    await one.sample(silent);
    expect(one.logReads()).toBe(2);
  });

  it('looks now and then whether a station asks for a newer version', async () => {
    const clock = { nowMs: 2_000_000 };
    const one = sampler(['WARNING: A newer version of Conduit is required. Please upgrade.'], clock);
    const runtimes = [runtime({ metricsEndpoint: (await station()).endpoint })];
    await one.sample(runtimes);
    expect(one.logReads()).toBe(0);
    clock.nowMs += 31_000;
    await waitFor(
      'the demand to be heard',
      async () => (await one.sample(runtimes))[0]?.upgradeRequired === true,
    );
    expect(one.logReads()).toBe(1);
  });
});

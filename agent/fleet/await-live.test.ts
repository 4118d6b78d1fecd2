import { describe, expect, it } from 'vitest';
import { type AwaitLiveOptions, awaitLive } from './await-live.ts';
import type { StationHealth } from './rotation.ts';
import type { StationRuntime } from './service.ts';

const NOW = 1_800_000_000_000;

function station(index: number, state: Partial<StationRuntime> = {}): StationRuntime {
  return {
    index,
    name: `conduit-${index}`,
    containerId: String(index),
    pid: 100 + index,
    engineState: 'running',
    exitCode: null,
    startedAtMs: NOW - 500,
    restarts: 0,
    address: '10.0.0.1',
    loopbackPort: null,
    metricsEndpoint: '10.0.0.1:9090',
    dataDir: null,
    dialect: 'february',
    maxClients: 50,
    bandwidthMbps: 40,
    hasOverride: false,
    wanted: true,
    stoppedByOperator: false,
    blockedReason: null,
    ...state,
  };
}

/** Each look sees the next of these; the last one stays. */
function waitFor(looks: StationRuntime[][], options: Partial<AwaitLiveOptions> = {}) {
  let look = 0;
  const health = (runtime: StationRuntime): StationHealth => ({
    health: runtime.pid === null ? 'unknown' : 'well',
    complaint: null,
  });
  return awaitLive({
    stations: [1, 2],
    served: [1, 2],
    runtimes: () => looks[Math.min(look++, looks.length - 1)] ?? [],
    healthOf: health,
    hurry: () => undefined,
    now: () => NOW,
    signal: new AbortController().signal,
    say: () => undefined,
    ...options,
  });
}

const crashed = (index: number) => station(index, { engineState: 'restarting', pid: null, restarts: 5 });

describe('stations that served before', () => {
  it('let the roll go on when one of them is live again', async () => {
    expect(await waitFor([[station(1), crashed(2)]])).toEqual([]);
  });

  it('stop it when all of them only crash, at once and by name', async () => {
    await expect(waitFor([[crashed(1), crashed(2)]])).rejects.toMatchObject({
      code: 'job_failed',
      message: expect.stringContaining('None of conduit-1, conduit-2 is live again'),
      remedy: expect.stringContaining('sudo conduit logs 1'),
      stations: [1, 2],
    });
  });

  it('are given time while they restart', async () => {
    const again = station(1, { engineState: 'restarting', pid: null, restarts: 1 });
    expect(
      await waitFor([
        [again, crashed(2)],
        [station(1), crashed(2)],
      ]),
    ).toEqual([]);
  });

  it('without metrics prove that they are live by running on', async () => {
    const mute = (startedAtMs: number) => station(1, { metricsEndpoint: null, startedAtMs });
    let looks = 0;
    const hurry = () => void looks++;
    await waitFor([[mute(NOW - 100)], [mute(NOW - 100)], [mute(NOW - 4000)]], { served: [1], hurry });
    expect(looks).toBe(2);
  });
});

describe('stations that did not serve before', () => {
  it('stop nothing', async () => {
    expect(await waitFor([[crashed(1), crashed(2)]], { served: [] })).toEqual([]);
  });
});

// When the balancer follows the fleet, with a balancer that only writes down what it was told.
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Backend, BalancerService } from '../balancer/service.ts';
import { runtime } from '../live/fixtures.ts';
import { createRotation } from './rotation.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function world(oldGenerations: number) {
  const ill = new Set<number>();
  const running = new Set([1, 2]);
  const told: string[] = [];
  let live: Backend[] = [];
  const balancer = {
    liveBackends: () => live,
    oldGenerations: () => oldGenerations,
    async sync(backends: Backend[]) {
      live = backends;
      told.push(backends.map(({ index }) => index).join());
      return { changed: true };
    },
  } satisfies Partial<BalancerService>;
  const rotation = createRotation({
    balancer: balancer as unknown as BalancerService,
    log: pino({ level: 'silent' }),
    runtimes: () => [...running].map((index) => runtime({ index, address: `10.1.0.${index}` })),
    healthOf: ({ index }) => ({ health: ill.has(index) ? 'ill' : 'well', complaint: null }),
    refresh: async () => undefined,
    isBalanced: () => true,
  });
  return { rotation, ill, running, told };
}

describe('createRotation', () => {
  it('lets stations join within seconds while few old workers are left', async () => {
    const { rotation, running, told } = world(1);
    await rotation.sync();
    running.add(3);
    rotation.request();
    await vi.advanceTimersByTimeAsync(2000);
    expect(told).toEqual(['1,2', '1,2,3']);
  });

  it('gathers those that join while many are left, but nobody who leaves waits for that', async () => {
    const { rotation, running, ill, told } = world(10);
    await rotation.sync();
    running.add(3);
    rotation.request();
    await vi.advanceTimersByTimeAsync(10_000);
    running.add(4);
    rotation.request();
    expect(told).toEqual(['1,2']);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(told).toEqual(['1,2', '1,2,3,4']);
    ill.add(2);
    rotation.request(true);
    await vi.advanceTimersByTimeAsync(200);
    expect(told).toEqual(['1,2', '1,2,3,4', '1,3,4']);
  });
});

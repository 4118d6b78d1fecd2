import { describe, expect, it } from 'vitest';
import { createGuard, readStrain, type Strain } from './guard.ts';

const calm: Strain = { memoryWait: 0, memoryFreeShare: 0.5, tasks: 0.01 };

describe('the guard', () => {
  it.each<[string, Partial<Strain>]>([
    ['waiting for memory', { memoryWait: 35 }],
    ['hardly any memory', { memoryFreeShare: 0.02 }],
    ['hardly any process ids', { tasks: 0.95 }],
  ])('takes figures more seldom under strain and says so: %s', (_what, strain) => {
    const guard = createGuard();
    guard.look(calm);
    expect(guard.isDue(2000, 2000)).toBe(true);
    expect(guard.problems()).toEqual([]);
    guard.look({ ...calm, ...strain });
    expect([1900, 4100, 5900].map((sinceMs) => guard.isDue(sinceMs, 2000))).toEqual([false, false, true]);
    expect(guard.problems()).toMatchObject([{ code: 'sampling-slowed' }]);
  });

  it('does not flutter: it eases only after a while of calm', () => {
    const guard = createGuard();
    guard.look({ ...calm, memoryWait: 35 });
    for (const memoryWait of [1, 1, 10, 1, 1, 1, 1, 1]) guard.look({ ...calm, memoryWait });
    expect(guard.isDue(2000, 2000)).toBe(false);
    guard.look(calm);
    expect(guard.isDue(2000, 2000)).toBe(true);
  });

  it('reads this machine, which is not strained', () => {
    const host = {
      cores: 2,
      cpuPercent: null,
      memoryUsedBytes: 1e9,
      memoryTotalBytes: 4e9,
      diskFreeBytes: null,
      diskTotalBytes: null,
    };
    const strain = readStrain(host);
    expect(strain.memoryFreeShare).toBe(0.75);
    expect(strain.tasks).toBeGreaterThan(0);
    expect(strain.tasks).toBeLessThan(1);
  });
});

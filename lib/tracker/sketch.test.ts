import { describe, expect, it } from 'vitest';
import { createHasher, createSketch } from './sketch.ts';

function estimate(count: number, times = 1): number {
  const { hash } = createHasher();
  const sketch = createSketch();
  for (let time = 0; time < times; time++)
    for (let i = 0; i < count; i++) sketch.add(hash(Uint32Array.of(0x0a000000 + i)));
  return sketch.count();
}

describe('different clients', () => {
  it.each([1, 2, 5, 10, 50])('of %i are told exactly, or nearly', (count) => {
    expect(Math.abs(estimate(count, 3) - count)).toBeLessThanOrEqual(
      count < 10 ? 1 : Math.ceil(count * 0.05),
    );
  });

  it('are within 5 % in 99 of 100 cases', () => {
    const sizes = [500, 3000, 8000, 10_000, 12_000, 20_000, 60_000];
    const errors = sizes.flatMap((size) =>
      Array.from({ length: 30 }, () => Math.abs(estimate(size) / size - 1)),
    );
    const wrong = errors.filter((error) => error > 0.05).length;
    // One in a hundred is allowed; what is allowed here would happen by chance less than once in ten thousand runs.
    expect(wrong).toBeLessThanOrEqual(9);
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(mean).toBeLessThan(0.02);
  });

  it('of a million are within four standard errors', () => {
    expect(Math.abs(estimate(1_000_000) / 1e6 - 1)).toBeLessThan(0.065);
  });

  it('are hashed in another way by each key, and differ by every word', () => {
    const words = Uint32Array.of(1, 2, 3, 4);
    const [one, other] = [createHasher(), createHasher()];
    expect({ ...one.hash(words) }).not.toEqual({ ...other.hash(words) });
    const seen = new Set<string>();
    for (let i = 0; i < 4; i++) {
      const changed = words.slice();
      changed[i] = 9;
      seen.add(JSON.stringify(one.hash(changed)));
    }
    seen.add(JSON.stringify(one.hash(words)));
    seen.add(JSON.stringify(one.hash(Uint32Array.of(1))));
    expect(seen.size).toBe(6);
  });
});

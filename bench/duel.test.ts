import { expect, it } from 'vitest';
import { intervalOf } from './duel.ts';

it('of two that always differ by the same is certain', () => {
  const { ratio, low, high } = intervalOf([1.1, 1.1, 1.1]);
  expect([ratio, low, high].map((value) => value.toFixed(6))).toEqual(['1.100000', '1.100000', '1.100000']);
});

it('treats twice as fast and half as fast alike', () => {
  const { ratio, low, high } = intervalOf([2, 0.5, 2, 0.5]);
  expect(ratio).toBeCloseTo(1, 6);
  expect(low * high).toBeCloseTo(1, 6);
  expect(low).toBeLessThan(0.6);
});

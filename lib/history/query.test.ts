import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../contract/errors.ts';
import { planRange } from './query.ts';
import { TIERS } from './tiers.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR = 3_600_000;

describe('planRange', () => {
  const DAY = 24 * HOUR;
  const chosen = (days: number) => {
    const { tier, bucketSeconds } = planRange({ from: NOW - days * DAY, to: NOW, maxPoints: 600 }, NOW);
    return [TIERS[tier]?.width, bucketSeconds];
  };

  it('reads each range from the coarsest frames that its buckets are made of', () => {
    expect(chosen(1 / 24)).toEqual([10, 10]);
    expect(chosen(1)).toEqual([60, 300]);
    expect(chosen(7)).toEqual([900, 1800]);
    expect(chosen(30)).toEqual([7200, 7200]);
    expect(chosen(365)).toEqual([86_400, 86_400]);
    expect(chosen(4000)).toEqual([86_400, 604_800]);
  });

  it('leaves each tier to the time it is kept for', () => {
    const width = (ageDays: number) => {
      const from = NOW - ageDays * DAY;
      return planRange({ from, to: from + HOUR, maxPoints: 600 }, NOW).bucketSeconds;
    };
    expect([0.5, 1.2, 15, 181, 500].map(width)).toEqual([10, 60, 900, 7200, 86_400]);
  });

  it('refuses a range that ends before it begins, naming the field', () => {
    const query = () => planRange({ from: NOW, to: NOW, maxPoints: 10 }, NOW);
    expect(query).toThrow(AppError);
    expect(query).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });

  it('keeps to the bound with aligned buckets that cover the range', () => {
    const time = fc.integer({ min: 0, max: NOW * 2 });
    fc.assert(
      fc.property(time, time, fc.integer({ min: 2, max: 5000 }), (a, b, maxPoints) => {
        fc.pre(a !== b);
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const plan = planRange({ from, to, maxPoints }, NOW);
        expect((plan.to - plan.from) / plan.bucketSeconds).toBeLessThanOrEqual(maxPoints);
        expect(plan.from % plan.bucketSeconds).toBe(0);
        expect(plan.to % plan.bucketSeconds).toBe(0);
        expect(plan.from * 1000).toBeLessThanOrEqual(from);
        expect(plan.to * 1000).toBeGreaterThanOrEqual(to);
      }),
    );
  });
});

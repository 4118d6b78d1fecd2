import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAlone, timeTicks, toBitRates, toPoints, valueTicks } from './chart-points.ts';

describe('points', () => {
  it('keeps gaps as gaps', () => {
    expect(toPoints([1, 2], { a: [5, null], b: [null, 0] })).toEqual([
      { at: 1, a: 5, b: null },
      { at: 2, a: null, b: 0 },
    ]);
    const series = { t: [0, 60_000, 120_000, 180_000], bucketSeconds: 60 };
    // The third bucket has had half its time, the fourth too little to tell.
    expect(toBitRates([null, 600, 300, 10], series, 150_000 + 0)).toEqual([null, 80, 80, null]);
  });
});

describe('isAlone', () => {
  it('finds what has a gap on both sides', () => {
    const points = toPoints([1, 2, 3, 4, 5], { a: [7, null, 7, null, null] });
    expect([0, 1, 2, 3, 4].map((i) => isAlone(points, i, 'a'))).toEqual([true, false, true, false, false]);
  });
});

describe('ticks', () => {
  it('stand on round times of the reader', () => {
    const noon = Date.UTC(2026, 10, 23, 12, 7);
    const iran = 3.5 * 3_600_000;
    const ticks = timeTicks(noon, noon + 3_600_000, 6, iran);
    expect(ticks.map((tick) => new Date(tick + iran).getUTCMinutes())).toEqual([40, 50, 0, 10, 20, 30]);
  });

  it('are few, and inside', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 60_000, max: 400 * 86_400_000 }),
        fc.integer({ min: 3, max: 12 }),
        (span, most) => {
          const from = 1.8e12;
          const ticks = timeTicks(from, from + span, most, 0);
          expect(ticks.length).toBeLessThanOrEqual(most + 1);
          expect(ticks.every((tick) => tick >= from && tick <= from + span)).toBe(true);
        },
      ),
    );
  });

  it('reach above the largest value in round steps', () => {
    expect(valueTicks(97)).toEqual([0, 25, 50, 75, 100]);
    expect(valueTicks(0)).toEqual([0, 1]);
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e15, noNaN: true }), (largest) => {
        const ticks = valueTicks(largest);
        expect(ticks.at(-1) ?? 0).toBeGreaterThanOrEqual(largest * (1 - 1e-9));
        expect(ticks.length).toBeLessThanOrEqual(6);
      }),
    );
  });
});

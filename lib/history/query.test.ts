import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../contract/errors.ts';
import { planQuery, toSeries } from './query.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR = 3_600_000;

describe('planQuery', () => {
  it('shows the last hour in 10-second buckets and the last fortnight in minutes or more', () => {
    const hour = planQuery({ from: NOW - HOUR, to: NOW, maxPoints: 600 }, NOW);
    expect(hour).toMatchObject({ tier: 'fine', bucketSeconds: 10, series: 0 });
    const fortnight = planQuery({ station: 7, from: NOW - 14 * 24 * HOUR, to: NOW, maxPoints: 600 }, NOW);
    expect(fortnight).toMatchObject({ tier: 'minute', bucketSeconds: 3600, series: 7 });
  });

  it('leaves the fine tier to the day it is kept for', () => {
    const old = planQuery({ from: NOW - 30 * HOUR, to: NOW - 29 * HOUR, maxPoints: 600 }, NOW);
    expect(old).toMatchObject({ tier: 'minute', bucketSeconds: 60 });
  });

  it('refuses a range that ends before it begins, naming the field', () => {
    const query = () => planQuery({ from: NOW, to: NOW, maxPoints: 10 }, NOW);
    expect(query).toThrow(AppError);
    expect(query).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });

  it('keeps to the bound with aligned buckets that cover the range', () => {
    const time = fc.integer({ min: 0, max: NOW * 2 });
    fc.assert(
      fc.property(time, time, fc.integer({ min: 2, max: 5000 }), (a, b, maxPoints) => {
        fc.pre(a !== b);
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const plan = planQuery({ from, to, maxPoints }, NOW);
        expect((plan.to - plan.from) / plan.bucketSeconds).toBeLessThanOrEqual(maxPoints);
        expect(plan.from % plan.bucketSeconds).toBe(0);
        expect(plan.to % plan.bucketSeconds).toBe(0);
        expect(plan.from * 1000).toBeLessThanOrEqual(from);
        expect(plan.to * 1000).toBeGreaterThanOrEqual(to);
      }),
    );
  });
});

describe('toSeries', () => {
  const plan = { series: 0, tier: 'fine', bucketSeconds: 10, from: 100, to: 140 } as const;
  const row = {
    series: 0,
    at: 120,
    seconds: 5,
    connectedSeconds: 50,
    connectedMax: 12,
    connectingSeconds: 5,
    runningSeconds: 15,
    uploadedBytes: 7,
    downloadedBytes: 8,
  };

  it('weighs by the seconds observed and leaves gaps null', () => {
    expect(toSeries(plan, [row])).toEqual({
      bucketSeconds: 10,
      t: [100_000, 110_000, 120_000, 130_000],
      connected: [null, null, 10, null],
      connectedMax: [null, null, 12, null],
      connecting: [null, null, 1, null],
      uploadedBytes: [null, null, 7, null],
      downloadedBytes: [null, null, 8, null],
      stationsRunning: [null, null, 3, null],
    });
  });

  it('knows the bytes of a bucket nobody watched, but not its people', () => {
    const series = toSeries(plan, [{ ...row, seconds: 0 }]);
    expect(series.uploadedBytes[2]).toBe(7);
    expect(series.connected[2]).toBeNull();
  });

  it('has no count of running stations for one station', () => {
    expect(toSeries({ ...plan, series: 3 }, [row]).stationsRunning).toEqual([null, null, null, null]);
  });
});

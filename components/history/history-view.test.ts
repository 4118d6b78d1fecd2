import { describe, expect, it } from 'vitest';
import type { HistorySeries } from '../../lib/contract/history.ts';
import { differenceWords, drawLines, drawTotal, moved, readView, sumUp } from './history-view.ts';

const series: HistorySeries = {
  bucketSeconds: 60,
  t: [0, 60_000, 120_000, 180_000],
  connected: [10, null, 30, null],
  connectedMax: [12, null, 40, null],
  connecting: [0, null, 0, null],
  uploadedBytes: [600, null, 1200, null],
  downloadedBytes: [600, null, 1200, null],
  stationsRunning: [3, null, 3, null],
  clients: [null, null, null, null],
};
const NOW = 180_000;
const HOUR = 3_600_000;

describe('sumUp', () => {
  it('leaves gaps out of averages and says how many there are', () => {
    expect(sumUp(series, NOW)).toEqual({
      users: 20,
      most: 40,
      uploadedBytes: 1800,
      downloadedBytes: 1800,
      stations: 3,
      gaps: 1,
      buckets: 3,
    });
  });
});

describe('sumUp over a part of its buckets', () => {
  it('counts of a bucket what lies in the range, and all there is of the one that is still filling', () => {
    expect(sumUp(series, NOW, { from: 30_000, to: NOW }).uploadedBytes).toBe(300 + 1200);
    expect(sumUp(series, 150_000, { from: 0, to: 151_000 }).uploadedBytes).toBe(1800);
    expect(sumUp(series, 9e9, { from: 0, to: 150_000 }).uploadedBytes).toBe(600 + 600);
  });
});

describe('drawing', () => {
  it('puts the period before under the same moments', () => {
    const earlier = { ...series, t: series.t.map((at) => at - HOUR), connected: [1, 2, 3, 4] };
    const { points, lines } = drawTotal(series, { series: earlier, shiftMs: HOUR }, 'users', NOW);
    expect(lines.map(({ key, shape }) => [key, shape])).toEqual([
      ['total', 'area'],
      ['peak', 'line'],
      ['before', 'dashed'],
    ]);
    expect(points[1]).toEqual({ at: 60_000, total: null, peak: null, before: 2 });
  });

  it('goes by time where what is older is kept in wider buckets', () => {
    // Two of its buckets are as long as the whole range, and they do not begin where that begins.
    const wide = { ...series, bucketSeconds: 120, t: [-60_000 - HOUR, 60_000 - HOUR] };
    const earlier = {
      ...wide,
      connected: [10, 40],
      uploadedBytes: [1200, null],
      downloadedBytes: [300, null],
    };
    const drawn = (measure: 'users' | 'traffic') =>
      drawTotal(series, { series: earlier, shiftMs: HOUR }, measure, NOW).points.map(({ before }) => before);
    expect(drawn('users')).toEqual([10, 40, 40, null]);
    expect(drawn('traffic')).toEqual([100, null, null, null]);
    const fine = { ...series, bucketSeconds: 30, t: [0, 30_000, 60_000].map((at) => at - HOUR) };
    const narrow = { series: { ...fine, connected: [10, 20, null] }, shiftMs: HOUR };
    expect(drawTotal(series, narrow, 'users', NOW).points.map(({ before }) => before)).toEqual([
      15,
      null,
      null,
      null,
    ]);
  });

  it('shows nothing of an answer to an earlier question', () => {
    const stale = { series: { ...series, connected: [1, 2, 3, 4] }, shiftMs: HOUR };
    expect(drawTotal(series, stale, 'users', NOW).points.map(({ before }) => before)).toEqual(
      series.t.map(() => null),
    );
  });

  it('stacks lines, the rest in grey, with what all came to before', () => {
    const answer = {
      bucketSeconds: 60,
      t: [0],
      lines: [
        { key: 'IR', total: 5, values: [5] },
        { key: 'other', total: 1, values: [1] },
      ],
    };
    const view = readView(new URLSearchParams('by=country'));
    const { lines } = drawLines(answer, undefined, view, NOW);
    const earlier = { series: { ...series, t: series.t.map((at) => at - HOUR) }, shiftMs: HOUR };
    const compared = drawLines(answer, earlier, view, NOW);
    expect(compared.points).toEqual([{ at: 0, IR: 5, other: 1, before: 10 }]);
    expect(compared.lines.at(-1)).toMatchObject({ key: 'before', shape: 'dashed' });
    expect(lines.map(({ label, color }) => [label, color])).toEqual([
      ['Iran', 1],
      ['Other countries', 9],
    ]);
  });
});

describe('words and moves', () => {
  it('compare with what was before', () => {
    expect([
      differenceWords(112, 100),
      differenceWords(50, 100),
      differenceWords(1, 0),
      differenceWords(100, 100),
    ]).toEqual([
      '12 % more than before',
      '50 % less than before',
      'nothing to compare with',
      'as much as before',
    ]);
  });

  it('never leave the past', () => {
    const range = { from: 1_000_000, to: 2_000_000 };
    expect(moved(range, 'in', 9e9)).toEqual({ from: 1_250_000, to: 1_750_000 });
    expect(moved(range, 'out', 2_000_000)).toEqual({ from: 0, to: 2_000_000 });
    expect(moved(range, 'later', 2_100_000)).toEqual({ from: 1_100_000, to: 2_100_000 });
    expect(moved(range, 'earlier', 9e9)).toEqual({ from: 500_000, to: 1_500_000 });
  });
});

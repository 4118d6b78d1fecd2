import { describe, expect, it } from 'vitest';
import { rangeBounds, rangeErrors, readRange, writeRange } from './range.ts';

const NOW = Date.UTC(2026, 5, 1, 12, 0, 7);

describe('a range in the address', () => {
  it('comes back as it was written', () => {
    for (const range of [{ name: '7d' as const }, { from: 1000, to: 5000 }]) {
      const params = new URLSearchParams('by=country&range=1y&from=3');
      writeRange(params, range);
      expect(readRange(params, '24h')).toEqual(range);
      expect(params.get('by')).toBe('country');
    }
  });

  it('is the first one when it makes no sense', () => {
    for (const text of ['', 'range=9z', 'from=5&to=1', 'from=x&to=9'])
      expect(readRange(new URLSearchParams(text), '24h')).toEqual({ name: '24h' });
  });
});

describe('rangeBounds', () => {
  it('stands still for a while, and ends after now', () => {
    const bounds = rangeBounds({ name: '1h' }, NOW);
    expect(bounds).toEqual(rangeBounds({ name: '1h' }, NOW + 2000));
    expect(bounds.to).toBeGreaterThanOrEqual(NOW);
    expect(bounds.to - bounds.from).toBe(3_600_000);
  });
});

describe('rangeErrors', () => {
  it('names the field and the limit', () => {
    expect(rangeErrors(NOW - 1e7, NOW, NOW)).toEqual({});
    expect(rangeErrors(Number.NaN, NOW, NOW).from).toContain('a day and a time');
    expect(rangeErrors(NOW - 10, NOW - 20, NOW).to).toContain('after the beginning');
    expect(rangeErrors(NOW + 10, NOW + 20, NOW).from).toContain('future');
  });
});

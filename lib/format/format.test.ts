import { describe, expect, it } from 'vitest';
import { formatBitrate, formatBytes } from './bytes.ts';
import { formatCount, formatShare, plural } from './count.ts';
import { formatAgo, formatDuration } from './time.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KB'],
    [1536, '1.5 KB'],
    [1024 * 1024 - 1, '1.0 MB'],
    [150 * 1024 ** 3, '150 GB'],
    [-5, '0 B'],
  ])('%d → %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('formatBitrate', () => {
  it.each([
    [0, '0 bit/s'],
    [1_000_000, '8.0 Mbit/s'],
    [125_000_000, '1.0 Gbit/s'],
    [124_999, '1.0 Mbit/s'],
  ])('%d bytes a second → %s', (bytes, text) => expect(formatBitrate(bytes)).toBe(text));
});

describe('counts', () => {
  it('groups thousands and chooses the word', () => {
    expect(formatCount(12_345)).toBe('12,345');
    expect(plural(1, 'station')).toBe('1 station');
    expect(plural(2000, 'person', 'people')).toBe('2,000 people');
  });
  it('keeps a small share visible', () => {
    expect([0, 0.004, 0.34].map(formatShare)).toEqual(['0 %', '< 1 %', '34 %']);
  });
});

describe('time', () => {
  it.each([
    [850, '850 ms'],
    [12_400, '12 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
    [3_600_000, '1 h'],
    [86_400_000 * 4 + 3_600_000 * 3, '4 d 3 h'],
  ])('%d ms → %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
  it('says how long ago', () => {
    const now = 1_000_000_000;
    expect([3000, 42_000, 600_000, 7_200_000, 200_000_000].map((ms) => formatAgo(now - ms, now))).toEqual([
      'just now',
      '42 s ago',
      '10 min ago',
      '2 h ago',
      '2 d ago',
    ]);
    expect(formatAgo(now + 5000, now)).toBe('just now');
  });
});

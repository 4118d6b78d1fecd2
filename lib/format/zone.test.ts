import { describe, expect, it } from 'vitest';
import { axisText, formatInZone, isZone, zoneOffsetMs } from './zone.ts';

const SUMMER = Date.UTC(2026, 6, 1, 20, 30);

describe('zones', () => {
  it('know their distance from UTC at each moment', () => {
    expect(zoneOffsetMs(SUMMER, 'Asia/Tehran')).toBe(3.5 * 3_600_000);
    expect(zoneOffsetMs(SUMMER, 'Europe/Berlin')).toBe(2 * 3_600_000);
    expect(zoneOffsetMs(Date.UTC(2026, 0, 1), 'Europe/Berlin')).toBe(3_600_000);
    expect(zoneOffsetMs(SUMMER, 'UTC')).toBe(0);
  });

  it('write a moment as their clocks show it', () => {
    expect(formatInZone(SUMMER, 'Asia/Tehran')).toBe('2026-07-02 00:00:00');
    expect(axisText(SUMMER, 'Asia/Tehran', 3_600_000)).toBe('00:00');
    expect(axisText(SUMMER, 'Asia/Tehran', 7 * 86_400_000)).toBe('Jul 2');
  });

  it('are told from what is none', () => {
    expect(['UTC', 'Asia/Tehran', 'Mars/Olympus', ''].map(isZone)).toEqual([true, true, false, false]);
  });
});

import { describe, expect, it } from 'vitest';
import { axisText, formatInZone, isZone, momentInZone, zoneOffsetMs } from './zone.ts';

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

  it('have each moment of their clocks, also where those are set', () => {
    expect(momentInZone('2026-07-02T00:00', 'Asia/Tehran')).toBe(SUMMER);
    expect(momentInZone('2026-01-01T00:00', 'UTC')).toBe(Date.UTC(2026, 0, 1));
    for (let at = Date.UTC(2026, 9, 24); at < Date.UTC(2026, 9, 27); at += 1_800_000) {
      const shown = formatInZone(at, 'Europe/Berlin').slice(0, 16).replace(' ', 'T');
      // Between two and three the hour comes twice.
      const first = at >= Date.UTC(2026, 9, 25, 1) && at < Date.UTC(2026, 9, 25, 2) ? at - 3_600_000 : at;
      expect(momentInZone(shown, 'Europe/Berlin')).toBe(first);
    }
    // Clocks go from two to three at 01:00 UTC.
    expect(momentInZone('2026-03-29T02:30', 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 29, 1, 30));
    for (const text of ['', '2026-13-01T00:00', 'yesterday', '2026-01-01'])
      expect(momentInZone(text, 'UTC')).toBeNaN();
  });

  it('are told from what is none', () => {
    expect(['UTC', 'Asia/Tehran', 'Mars/Olympus', ''].map(isZone)).toEqual([true, true, false, false]);
  });
});

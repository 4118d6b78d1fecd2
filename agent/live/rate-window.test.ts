import { describe, expect, it } from 'vitest';
import { createRateWindow } from './rate-window.ts';

describe('createRateWindow', () => {
  it('weighs by time, whatever the pace of the samples', () => {
    const window = createRateWindow();
    expect(window.perSecond()).toBe(0);
    window.add(0, 100);
    expect(window.perSecond()).toBe(0);
    window.add(500, 200);
    window.add(4000, 500);
    expect(window.perSecond()).toBe(100);
  });

  it('forgets what is older than its span', () => {
    const window = createRateWindow();
    window.add(0, 0);
    window.add(2000, 1_000_000);
    for (let at = 4000; at <= 30_000; at += 2000) window.add(at, 1_000_000);
    expect(window.perSecond()).toBe(0);
  });

  it('begins anew with a counter that began anew, and is never negative', () => {
    const window = createRateWindow();
    window.add(0, 1000);
    window.add(1000, 3000);
    window.add(2000, 50);
    expect(window.perSecond()).toBe(0);
    window.add(3000, 150);
    expect(window.perSecond()).toBe(100);
  });
});

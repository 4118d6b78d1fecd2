import { describe, expect, it } from 'vitest';
import { decideHung, type HangInput } from './hang-policy.ts';

const NOW = 10_000_000;
const decide = (change: Partial<HangInput> = {}) =>
  decideHung({
    nowMs: NOW,
    hung: [],
    running: 40,
    restarts: new Map(),
    settings: { hungRestartSeconds: 120, hungRestartsPerHour: 3 },
    width: 2,
    ...change,
  });
const silentFor = (seconds: number, index = 1) => ({ index, sinceMs: NOW - seconds * 1000 });

describe('decideHung', () => {
  it('is patient, then restarts the longest silent first, a few at a time', () => {
    expect(decide({ hung: [silentFor(119)] }).restart).toEqual([]);
    const hung = [silentFor(130, 1), silentFor(500, 2), silentFor(200, 3)];
    expect(decide({ hung }).restart).toEqual([2, 3]);
  });

  it('gives up on a station that was restarted as often as allowed within the hour, and tries again later', () => {
    const restarts = new Map([[1, [NOW - 3_000_000, NOW - 2_000_000, NOW - 1_000_000]]]);
    expect(decide({ hung: [silentFor(130)], restarts })).toEqual({
      restart: [],
      givenUp: [1],
      heldBack: false,
    });
    const older = new Map([[1, [NOW - 3_700_000, NOW - 2_000_000, NOW - 1_000_000]]]);
    expect(decide({ hung: [silentFor(130)], restarts: older }).restart).toEqual([1]);
  });

  it('never restarts when most are silent, unless there is only one', () => {
    const many = Array.from({ length: 21 }, (_, i) => silentFor(300, i + 1));
    expect(decide({ hung: many })).toEqual({ restart: [], givenUp: [], heldBack: true });
    expect(decide({ hung: [silentFor(300)], running: 1 }).restart).toEqual([1]);
  });

  it('nor when one of them has been silent for a little longer than the rest', () => {
    const many = Array.from({ length: 21 }, (_, i) => silentFor(i === 0 ? 121 : 115, i + 1));
    expect(decide({ hung: many })).toEqual({ restart: [], givenUp: [], heldBack: true });
  });

  it('leaves it to the operator where that is wanted', () => {
    const settings = { hungRestartSeconds: 0, hungRestartsPerHour: 3 };
    expect(decide({ hung: [silentFor(9999)], settings }).restart).toEqual([]);
  });
});

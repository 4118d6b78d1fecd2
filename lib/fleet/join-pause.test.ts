import { describe, expect, it } from 'vitest';
import { joinPauseMs } from './join-pause.ts';

describe('joinPauseMs', () => {
  it.each([
    [0, 0],
    [4, 0],
    [5, 10_000],
    [12, 24_000],
    [500, 60_000],
  ])('with %d sets of old workers: %d ms', (generations, pause) => {
    expect(joinPauseMs(generations)).toBe(pause);
  });
});

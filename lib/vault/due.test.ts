import { describe, expect, it } from 'vitest';
import { DEFAULT_VAULT_SCHEDULE } from '../contract/vault.ts';
import { dueAt } from './due.ts';

const HOUR = 3_600_000;
const daily = { ...DEFAULT_VAULT_SCHEDULE, everyHours: 24 };
const now = 100 * HOUR;

describe('a scheduled archive', () => {
  it('is due at once, then by the clock', () => {
    expect(dueAt(daily, { at: null, failure: null }, now)).toBe(now);
    expect(dueAt(daily, { at: 90 * HOUR, failure: null }, now)).toBe(114 * HOUR);
    expect(dueAt(DEFAULT_VAULT_SCHEDULE, { at: null, failure: null }, now)).toBeNull();
  });

  it('is due ten minutes after a failure, and after the clock was set back', () => {
    expect(dueAt(daily, { at: HOUR, failure: { at: now } }, now)).toBe(now + HOUR / 6);
    expect(dueAt(daily, { at: now + HOUR, failure: null }, now)).toBe(now);
    expect(dueAt(daily, { at: null, failure: { at: now + HOUR } }, now)).toBe(now);
  });
});

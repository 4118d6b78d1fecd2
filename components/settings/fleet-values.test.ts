import { describe, expect, it } from 'vitest';
import { DEFAULT_FLEET_SETTINGS } from '../../lib/contract/settings.ts';
import { changedSettings, parseValues, toValues, worstCaseMbps } from './fleet-values.ts';

describe('the form', () => {
  it('gives back what it was given', () => {
    const settings = { ...DEFAULT_FLEET_SETTINGS, cpus: 0.5, memoryMb: null, bandwidthMbps: -1 };
    expect(parseValues(toValues(settings))).toEqual({ ok: true, settings });
  });

  it.each([
    ['count', '0', 'must be at least 1'],
    ['count', '', 'must be a whole number'],
    ['count', '3.5', 'must be a whole number'],
    ['maxClients', '1001', 'must be at most 1000'],
    ['bandwidthMbps', '0', 'from 1 to 10000 Mbit/s'],
    ['memoryMb', '10', 'must be at least 64 MB'],
    ['hungRestartSeconds', '10', 'must be from 30 to 86400 seconds, or 0 for never'],
    ['hungRestartsPerHour', '0', 'must be at least 1'],
    ['image', 'Not An Image', 'must be an image reference'],
  ] as const)('%s = %j says what is wrong in the words of the contract', (field, text, message) => {
    const parsed = parseValues({ ...toValues(DEFAULT_FLEET_SETTINGS), [field]: text });
    expect(parsed).toMatchObject({
      ok: false,
      errors: [{ field, message: expect.stringContaining(message) }],
    });
  });

  it('sends only what changed', () => {
    expect(changedSettings(DEFAULT_FLEET_SETTINGS, { ...DEFAULT_FLEET_SETTINGS, count: 5 })).toEqual({
      count: 5,
    });
  });

  it('knows the worst case', () => {
    expect(worstCaseMbps({ count: 40, maxClients: 1000, bandwidthMbps: 40 })).toBe(1_600_000);
    expect(worstCaseMbps({ count: 40, maxClients: 1000, bandwidthMbps: -1 })).toBeNull();
  });
});

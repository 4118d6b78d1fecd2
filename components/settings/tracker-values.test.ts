import { describe, expect, it } from 'vitest';
import { DEFAULT_TRACKER_SETTINGS } from '../../lib/contract/settings.ts';
import { parseTrackerValues, toTrackerValues } from './tracker-values.ts';

describe('the tracker’s form', () => {
  const values = toTrackerValues(DEFAULT_TRACKER_SETTINGS);

  it('gives back the settings it was filled from', () => {
    expect(parseTrackerValues(values)).toEqual({ ok: true, settings: DEFAULT_TRACKER_SETTINGS });
  });

  it('refuses with the field and its limits', () => {
    const refused = parseTrackerValues({
      ...values,
      interface: 'eth0; rm',
      geoipPath: 'x.db',
      foldBelow: '',
    });
    expect(refused.ok ? [] : refused.errors.map(({ field }) => field)).toEqual([
      'interface',
      'geoipPath',
      'foldBelow',
    ]);
  });
});

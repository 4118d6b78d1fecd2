import { describe, expect, it } from 'vitest';
import { DEFAULT_FLEET_SETTINGS } from '../contract/settings.ts';
import { applyChange, describeChange, withStopped } from './desired-change.ts';

const fleet = {
  active: true,
  settings: DEFAULT_FLEET_SETTINGS,
  overrides: { '3': { maxClients: 5, stopped: true } },
};

describe('a change of the desired fleet', () => {
  it('changes only what it names', () => {
    const after = applyChange(fleet, { settings: { count: 7 } });
    expect(after.settings).toEqual({ ...DEFAULT_FLEET_SETTINGS, count: 7 });
    expect(after.overrides).toEqual(fleet.overrides);
    expect(describeChange(fleet, after)).toBe('count 40 → 7');
  });

  it('replaces or removes an override, and starts no station that was stopped', () => {
    expect(applyChange(fleet, { overrides: { '3': { cpus: 1 } } }).overrides).toEqual({
      '3': { cpus: 1, stopped: true },
    });
    expect(applyChange(fleet, { overrides: { '3': null } }).overrides).toEqual({ '3': { stopped: true } });
    expect(applyChange(fleet, { overrides: { '3': { stopped: false } } }).overrides).toEqual({});
  });

  it('stops and starts stations without touching their limits', () => {
    expect(withStopped(fleet, [3, 4], false).overrides).toEqual({ '3': { maxClients: 5 } });
    expect(withStopped(fleet, [4], true).overrides).toEqual({ ...fleet.overrides, '4': { stopped: true } });
  });

  it('is refused when the ports above the base do not suffice', () => {
    expect(() => applyChange(fleet, { settings: { loopbackPortBase: 64_000, count: 2000 } })).toThrow(
      /must leave room for 2000 ports/,
    );
    const settings = { networkMode: 'host', metricsPortBase: 64_000, count: 2000 } as const;
    expect(() => applyChange(fleet, { settings })).toThrow(/^metricsPortBase must leave room/);
  });
});

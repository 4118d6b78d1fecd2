import { describe, expect, it } from 'vitest';
import { draftOf, overrideOf } from './limit-values.ts';

describe('the limits of one station', () => {
  it('keep "no limit" where the fleet has one', () => {
    const override = { cpus: null, memoryMb: 512, stopped: true };
    const draft = draftOf(override);
    expect(draft).toEqual({ maxClients: '', bandwidthMbps: '', cpus: 'none', memoryMb: '512' });
    expect(overrideOf(draft, override)).toEqual(override);
  });

  it('follow the fleet where nothing is typed', () => {
    expect(overrideOf({ maxClients: ' ', bandwidthMbps: '', cpus: ' None ', memoryMb: '' }, {})).toEqual({
      cpus: null,
    });
  });
});

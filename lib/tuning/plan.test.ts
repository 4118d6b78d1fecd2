import { describe, expect, it } from 'vitest';
import type { Parameter } from './catalogue.ts';
import { type Found, planTuning } from './plan.ts';
import { EMPTY_RECORD } from './record.ts';

const buckets: Parameter = {
  group: 'connectionTable',
  key: 'net.netfilter.nf_conntrack_buckets',
  reason: 'Slots of the table.',
  rule: { kind: 'atLeast', value: 100_000 },
};

/** The kernel made 100,352 of the 100,000 that were asked for. */
function found(change: Partial<Found> = {}): Found {
  return {
    readings: new Map([[buckets.key, { value: '100352', fixed: null }]]),
    choices: new Map(),
    modules: new Map(),
    modulesAtStart: new Set(),
    file: new Map([[buckets.key, '100000']]),
    overridden: new Map(),
    record: {
      ...EMPTY_RECORD,
      originals: { [buckets.key]: '65536' },
      applied: { [buckets.key]: '100352' },
      written: { [buckets.key]: '100000' },
    },
    ...change,
  };
}

describe('a value that the kernel rounded', () => {
  it('is as wanted, and no change', () => {
    expect(planTuning([buckets], found())).toMatchObject([
      { state: 'right', now: '100352', after: '100352', drift: false, lost: null },
    ]);
  });

  it('is lost when our file says something else', () => {
    const [row] = planTuning([buckets], found({ file: new Map([[buckets.key, '1000']]) }));
    expect(row?.lost).toBe('our file was changed: it sets 1000 at the next start');
  });
});

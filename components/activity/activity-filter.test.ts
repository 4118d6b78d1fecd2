import { describe, expect, it } from 'vitest';
import type { ActivityEntry } from '../../lib/contract/jobs.ts';
import { EVERYTHING, filterActivity, joinPages } from './activity-filter.ts';

function entry(id: number, change: Partial<ActivityEntry> = {}): ActivityEntry {
  return {
    id,
    at: id * 1000,
    actor: 'admin',
    action: 'fleet.apply',
    summary: 'Set the count to 5',
    outcome: 'ok',
    jobId: null,
    ...change,
  };
}

describe('filterActivity', () => {
  const entries = [
    entry(3),
    entry(2, { actor: 'root', outcome: 'failed' }),
    entry(1, {
      summary: 'A sign-in was refused',
      action: 'session.create',
      outcome: 'refused',
      actor: 'nobody',
    }),
  ];
  const ids = (filter: Partial<typeof EVERYTHING>) =>
    filterActivity(entries, { ...EVERYTHING, ...filter }).map(({ id }) => id);

  it('shows everything when nothing is asked', () => expect(ids({})).toEqual([3, 2, 1]));
  it('keeps one outcome', () => expect(ids({ outcome: 'failed' })).toEqual([2]));
  it('finds words in the sentence, the actor and the action', () => {
    expect(ids({ text: 'COUNT root' })).toEqual([2]);
    expect(ids({ text: 'session.' })).toEqual([1]);
    expect(ids({ text: 'nowhere' })).toEqual([]);
  });
});

describe('joinPages', () => {
  it('shows an entry once when the pages overlap', () => {
    expect(joinPages([entry(5), entry(4)], [entry(4), entry(3)]).map(({ id }) => id)).toEqual([5, 4, 3]);
  });
});

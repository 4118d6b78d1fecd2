import { describe, expect, it } from 'vitest';
import type { PlanStep } from '../../lib/contract/fleet.ts';
import { groupSteps, planSentence } from './plan-words.ts';

function step(index: number, change: Partial<PlanStep> = {}): PlanStep {
  return {
    action: 'recreate',
    index,
    name: `conduit-${index}`,
    reason: 'These cannot change in a running container.',
    changes: [{ field: 'maxClients', from: '1000', to: '500' }],
    disconnects: 0,
    ...change,
  };
}

describe('groupSteps', () => {
  it('tells stations with the same change together', () => {
    expect(groupSteps([step(1), step(2), step(3)])).toEqual([
      {
        action: 'recreate',
        stations: 'conduit-1 … conduit-3',
        count: 3,
        lines: ['Users per station: 1000 → 500'],
      },
    ]);
  });

  it('keeps apart what differs', () => {
    const other = [{ field: 'maxClients', from: '200', to: '500' }];
    const groups = groupSteps([step(1), step(2, { changes: other }), step(3)]);
    expect(groups.map(({ stations }) => stations)).toEqual(['conduit-1', 'conduit-2', 'conduit-3']);
  });

  it('does not let each station’s own address split a group', () => {
    const moved = (index: number) =>
      step(index, { changes: [{ field: 'address', from: 'none', to: `172.30.0.${index}` }] });
    expect(groupSteps([moved(1), moved(2)])).toMatchObject([{ count: 2, lines: ['Address changes'] }]);
    expect(groupSteps([moved(1)])).toMatchObject([{ lines: ['Address: none → 172.30.0.1'] }]);
  });

  it('gives the reason where nothing changes, also of each station held back', () => {
    const held = (index: number, reason: string) => step(index, { action: 'blocked', reason, changes: [] });
    expect(groupSteps([held(1, 'its key is empty'), held(2, 'its key is missing')])).toHaveLength(2);
  });
});

describe('planSentence', () => {
  const none = {
    created: 0,
    recreated: 0,
    updated: 0,
    started: 0,
    stopped: 0,
    removed: 0,
    blocked: 0,
    unchanged: 0,
  };
  it('names what happens and what stays', () => {
    const summary = { ...none, created: 3, recreated: 2, unchanged: 35 };
    expect(planSentence({ summary, steps: [step(1)] })).toBe('3 created, 2 recreated, 35 unchanged');
  });
  it('says when there is nothing to do', () => {
    expect(planSentence({ summary: { ...none, unchanged: 5 }, steps: [] })).toMatch(/none has to change/);
  });
});

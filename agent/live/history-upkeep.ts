/**
 * What becomes of minutes that have ended: they are rolled up tier by tier, then what is old is forgotten. One step a
 * tick: at midnight all of them together would hold a tick up.
 */
import type { HistoryStore } from '../../db/history.ts';
import { TIERS } from '../../lib/history/tiers.ts';

export interface HistoryUpkeep {
  /** A range that has ended, seconds since the epoch; what is left of one before is done with it. */
  owe(range: { from: number; to: number }): void;
  /** Does one step, if any is left. @throws what the database throws; the step is tried again with the next call */
  step(now: number): void;
  /** Does all that is left. */
  finish(now: number): void;
}

export function createHistoryUpkeep(
  store: Pick<HistoryStore, 'rollUpInto' | 'prune'>,
  onPruned: (pruned: { early: boolean }) => void,
  maxBytes: () => number,
): HistoryUpkeep {
  let owed: { from: number; to: number } | null = null;
  /** The tier that comes next; behind the last one comes forgetting. */
  let tier = 1;
  function step(now: number): void {
    if (owed === null) return;
    if (tier < TIERS.length) {
      store.rollUpInto(tier, owed.from, owed.to, now);
      tier++;
      return;
    }
    onPruned(store.prune(now, maxBytes()));
    owed = null;
  }
  return {
    owe({ from, to }) {
      owed = owed === null ? { from, to } : { from: Math.min(owed.from, from), to: Math.max(owed.to, to) };
      tier = 1;
    },
    step,
    finish(now) {
      while (owed !== null) step(now);
    },
  };
}

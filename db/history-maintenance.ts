/** Keeps the record within its time and its size: a bounded number of frames is forgotten a call, nobody waits. */

import type { HistoryState } from '../lib/contract/history.ts';
import { bucketOfKey, KEYS_A_BUCKET } from '../lib/history/frame.ts';
import { TIERS, type Tier } from '../lib/history/tiers.ts';
import type { SqliteClient } from './open.ts';

export interface HistoryMaintenance {
  /**
   * Forgets what is too old, and what no longer fits: the finest figures first, days never.
   * @param now seconds since the epoch
   * @returns whether anything had to go before its time
   */
  prune(now: number, maxBytes: number): { early: boolean };
  /** Start of the first frame that is still kept, seconds since the epoch; null on a new server. */
  oldest(): number | null;
  /**
   * When this server began to count, as exactly as it is still known; null on a new server. Asked before another's history
   * is put before its own.
   * @param now seconds since the epoch
   */
  began(now: number): number | null;
  /** What the database holds; bytes without its free pages. */
  size(): Pick<HistoryState, 'databaseBytes' | 'tiers'>;
}

/** Frames of one tier that are forgotten in one go: ten minutes of the finest. */
const AT_ONCE = 240;
/** Pages that are given back to the disk in one go. */
const PAGES_AT_ONCE = 64;
const FREE_PAGES_KEPT = 128;

export function openMaintenance(client: SqliteClient): HistoryMaintenance {
  const tables = TIERS.map((tier) => ({
    ...tier,
    remove: client.prepare(
      `DELETE FROM ${tier.table} WHERE key IN (SELECT key FROM ${tier.table} WHERE key < ? ORDER BY key LIMIT ${AT_ONCE})`,
    ),
    oldest: client.prepare<[], number | null>(`SELECT min(key) FROM ${tier.table}`).pluck(),
    // Not a count: that would read every page of a year.
    newest: client.prepare<[], number | null>(`SELECT max(key) FROM ${tier.table}`).pluck(),
  }));
  /** Each tier with the start of what it still has, the finest first. */
  const starts = () => tables.map((tier) => ({ ...tier, start: startOf(tier.oldest.get()) }));
  const pragma = (name: string) => client.pragma(name, { simple: true }) as number;
  const usedBytes = () => (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  const forget = (tier: (typeof tables)[number], before: number) =>
    tier.remove.run(Math.floor(before) * KEYS_A_BUCKET).changes > 0;

  const prune = client.transaction((now: number, maxBytes: number) => {
    for (const tier of tables) if (tier.keep !== null) forget(tier, now - tier.keep);
    if (usedBytes() <= maxBytes) return { early: false };
    for (const tier of tables.filter(isForgotten)) {
      if (forget(tier, now - tier.keepAtLeast)) break;
    }
    return { early: true };
  });

  return {
    prune(now, maxBytes) {
      const outcome = prune.immediate(now, maxBytes);
      if (pragma('freelist_count') > FREE_PAGES_KEPT) client.pragma(`incremental_vacuum(${PAGES_AT_ONCE})`);
      return outcome;
    },
    oldest() {
      const first = starts().flatMap(({ start }) => start ?? []);
      return first.length === 0 ? null : Math.min(...first);
    },
    began(now) {
      // The finest tier that has forgotten nothing yet.
      const whole = starts().find(
        ({ start, keep, width }) => start !== null && (keep === null || start > now - keep + 2 * width),
      );
      return whole?.start ?? null;
    },
    size: () => ({
      databaseBytes: usedBytes(),
      tiers: starts().map(({ width, keep, newest, start: first }) => {
        const last = startOf(newest.get());
        return {
          bucketSeconds: width,
          keepSeconds: keep,
          buckets: first === null || last === null ? 0 : (last - first) / width + 1,
          oldest: first === null ? null : first * 1000,
        };
      }),
    }),
  };
}

/** Seconds since the epoch. */
function startOf(key: number | null | undefined): number | null {
  return key == null ? null : bucketOfKey(key);
}

function isForgotten({ keep }: Tier): boolean {
  return keep !== null;
}

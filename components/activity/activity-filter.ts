import type { ActivityEntry } from '../../lib/contract/jobs.ts';

/** What of the activity the reader wants to see. */
export interface ActivityFilter {
  outcome: ActivityEntry['outcome'] | 'all';
  /** Every word must stand in the sentence, the actor's name or the action's. */
  text: string;
}

export const EVERYTHING: ActivityFilter = { outcome: 'all', text: '' };

export function filterActivity(entries: readonly ActivityEntry[], filter: ActivityFilter): ActivityEntry[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    if (filter.outcome !== 'all' && entry.outcome !== filter.outcome) return false;
    const haystack = `${entry.summary} ${entry.actor} ${entry.action}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}

/** Newest entries first, then older ones that were asked for; what is in both stands once. */
export function joinPages(
  newest: readonly ActivityEntry[],
  older: readonly ActivityEntry[],
): ActivityEntry[] {
  const known = new Set(newest.map(({ id }) => id));
  return [...newest, ...older.filter(({ id }) => !known.has(id))];
}

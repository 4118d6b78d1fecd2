/** Who did what, when, with what outcome. Summaries are for people and hold no secret and no address. */
import { desc, lt } from 'drizzle-orm';
import type { Db } from '../db/open.ts';
import { activity } from '../db/schema/jobs.ts';
import { type ActivityEntry, activityEntrySchema } from '../lib/contract/jobs.ts';

const KEEP_ENTRIES = 20_000;

export interface ActivityLog {
  record(entry: Omit<ActivityEntry, 'id' | 'at' | 'jobId'> & { jobId?: string }): void;
  /** Newest first; `before` pages to older ids. */
  list(options: { limit: number; before?: number | undefined }): { entries: ActivityEntry[]; more: boolean };
}

export function createActivityLog(db: Db, now: () => number): ActivityLog {
  return {
    record({ jobId, ...entry }) {
      const { lastInsertRowid } = db
        .insert(activity)
        .values({ at: now(), jobId: jobId ?? null, ...entry })
        .run();
      const oldest = Number(lastInsertRowid) - KEEP_ENTRIES;
      if (oldest > 0 && oldest % 100 === 0) db.delete(activity).where(lt(activity.id, oldest)).run();
    },
    list({ limit, before }) {
      const rows = db
        .select()
        .from(activity)
        .where(before === undefined ? undefined : lt(activity.id, before))
        .orderBy(desc(activity.id))
        .limit(limit + 1)
        .all();
      return {
        entries: rows.slice(0, limit).map((row) => activityEntrySchema.parse(row)),
        more: rows.length > limit,
      };
    },
  };
}

import { asc, desc, eq, inArray } from 'drizzle-orm';
import type { Db } from '../../db/open.ts';
import { jobLog, jobs } from '../../db/schema/jobs.ts';
import {
  type Job,
  type JobLogLine,
  type JobState,
  jobLogLineSchema,
  jobSchema,
} from '../../lib/contract/jobs.ts';

const KEEP_JOBS = 500;

/** Jobs at rest. */
export interface JobStore {
  save(job: Job): void;
  find(id: string): Job | null;
  list(options: { limit: number; state?: JobState | undefined }): Job[];
  unfinished(): Job[];
  appendLog(jobId: string, line: JobLogLine): void;
  log(jobId: string): JobLogLine[];
  /** Forgets all but the newest jobs, and their logs with them. */
  prune(): void;
}

export function openJobStore(db: Db): JobStore {
  const parse = (row: { job: unknown }) => jobSchema.parse(row.job);
  return {
    save(job) {
      const row = { id: job.id, kind: job.kind, state: job.state, createdAt: job.createdAt, job };
      db.insert(jobs)
        .values(row)
        .onConflictDoUpdate({ target: jobs.id, set: { state: job.state, job } })
        .run();
    },
    find(id) {
      const row = db.select().from(jobs).where(eq(jobs.id, id)).get();
      return row === undefined ? null : parse(row);
    },
    list({ limit, state }) {
      const where = state === undefined ? undefined : eq(jobs.state, state);
      return db.select().from(jobs).where(where).orderBy(desc(jobs.createdAt)).limit(limit).all().map(parse);
    },
    unfinished: () =>
      db
        .select()
        .from(jobs)
        .where(inArray(jobs.state, ['queued', 'running']))
        .all()
        .map(parse),
    appendLog: (jobId, line) =>
      void db
        .insert(jobLog)
        .values({ jobId, ...line })
        .run(),
    log(jobId) {
      const rows = db
        .select()
        .from(jobLog)
        .where(eq(jobLog.jobId, jobId))
        .orderBy(asc(jobLog.id))
        .limit(5000)
        .all();
      return rows.map((row) => jobLogLineSchema.parse(row));
    },
    prune() {
      const old = db
        .select({ id: jobs.id })
        .from(jobs)
        .orderBy(desc(jobs.createdAt))
        .limit(1000)
        .offset(KEEP_JOBS)
        .all();
      if (old.length > 0)
        db.delete(jobs)
          .where(
            inArray(
              jobs.id,
              old.map((row) => row.id),
            ),
          )
          .run();
    },
  };
}

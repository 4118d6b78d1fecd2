import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Jobs with their steps as JSON (contract `Job`); log lines apart, since they grow. */
export const jobs = sqliteTable(
  'jobs',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    state: text().notNull(),
    createdAt: integer('created_at').notNull(),
    job: text({ mode: 'json' }).notNull(),
  },
  (table) => [index('jobs_by_time').on(table.createdAt)],
);

export const jobLog = sqliteTable(
  'job_log',
  {
    id: integer().primaryKey(),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    at: integer().notNull(),
    level: text().notNull(),
    text: text().notNull(),
  },
  (table) => [index('job_log_by_job').on(table.jobId, table.id)],
);

export const activity = sqliteTable('activity', {
  id: integer().primaryKey({ autoIncrement: true }),
  at: integer().notNull(),
  actor: text().notNull(),
  action: text().notNull(),
  summary: text().notNull(),
  outcome: text().notNull(),
  jobId: text('job_id'),
});

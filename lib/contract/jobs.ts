import * as z from 'zod';

/** Work that takes longer than a second: steps, progress, a log, an outcome. */

export const jobStateSchema = z.enum([
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'interrupted',
]);
export type JobState = z.infer<typeof jobStateSchema>;

export const jobStepSchema = z.object({
  key: z.string(),
  title: z.string(),
  state: z.enum(['pending', 'running', 'done', 'failed', 'skipped']),
  message: z.string().nullable(),
});
export type JobStep = z.infer<typeof jobStepSchema>;

export const jobSchema = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  state: jobStateSchema,
  /** Who asked: an administrator's name, or `root` for the terminal, or `agent` for recovery. */
  actor: z.string(),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  progress: z.object({ done: z.number(), total: z.number() }),
  steps: z.array(jobStepSchema),
  cancellable: z.boolean(),
  error: z.object({ code: z.string(), message: z.string(), remedy: z.string().nullable() }).nullable(),
});
export type Job = z.infer<typeof jobSchema>;

export const jobLogLineSchema = z.object({
  at: z.number(),
  level: z.enum(['info', 'warning', 'error']),
  text: z.string(),
});
export type JobLogLine = z.infer<typeof jobLogLineSchema>;

/** What a job stream carries: the job whenever it changes, and each new log line. The stream ends with the job. */
export const jobEventSchema = z.union([
  z.object({ type: z.literal('job'), job: jobSchema }),
  z.object({ type: z.literal('log'), line: jobLogLineSchema }),
]);
export type JobEvent = z.infer<typeof jobEventSchema>;

export const activityEntrySchema = z.object({
  id: z.number(),
  at: z.number(),
  actor: z.string(),
  /** `fleet.apply`, `session.create`, … : the operation's or event's name. */
  action: z.string(),
  /** One sentence, without secrets or addresses. */
  summary: z.string(),
  outcome: z.enum(['ok', 'failed', 'started', 'refused']),
  jobId: z.string().nullable(),
});
export type ActivityEntry = z.infer<typeof activityEntrySchema>;

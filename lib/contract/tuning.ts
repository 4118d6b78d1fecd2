import * as z from 'zod';

/** One kernel parameter, or one limit of a service, as it is and as it would be. */
export const tuningRowSchema = z.object({
  /** A sysctl key such as `net.core.somaxconn`, or a limit such as `docker.service LimitNOFILE`. */
  key: z.string(),
  kind: z.enum(['kernel', 'limit']),
  reason: z.string(),
  /** Null when it cannot be read here. */
  now: z.string().nullable(),
  /** What is asked for, in words. */
  target: z.string(),
  /** What it is after an apply; `now` where nothing is to change. */
  after: z.string().nullable(),
  /** What it was before the first apply; null when we never changed it. */
  original: z.string().nullable(),
  /** What our file sets. */
  inFile: z.string().nullable(),
  /** What holds after the next start; `path` names the file when it is not ours. Null: nothing sets it. */
  boot: z.object({ value: z.string(), path: z.string().nullable() }).nullable(),
  /**
   * `kept`: the host has better already. `waiting`: set, and in force from the next start of its service. `impossible`: not
   * here; `note` says why.
   */
  state: z.enum(['right', 'kept', 'change', 'waiting', 'impossible']),
  /** Why a value of ours does not hold after the next start; null when it does, or is not ours. */
  lost: z.string().nullable(),
  /** Somebody changed it after our last apply. */
  drift: z.boolean(),
  note: z.string().nullable(),
});
export type TuningRow = z.infer<typeof tuningRowSchema>;

export const tuningReportSchema = z.object({
  rows: z.array(tuningRowSchema),
  /** When the last apply ended; null while nothing of ours is in place. */
  appliedAt: z.number().nullable(),
  /** An apply or a revert did not get to its end; either one puts it right. */
  interrupted: z.boolean(),
  /** Everything is as wanted and in force, or cannot be here, and stays so over a restart. */
  verified: z.boolean(),
  /** Our files that are there now. */
  files: z.array(z.string()),
  wanted: z.object({ sessions: z.number(), stations: z.number(), memoryBytes: z.number() }),
});
export type TuningReport = z.infer<typeof tuningReportSchema>;

export const tuningOutcomeSchema = z.object({
  key: z.string(),
  outcome: z.enum(['applied', 'right', 'kept', 'waiting', 'impossible', 'restored']),
  before: z.string().nullable(),
  after: z.string().nullable(),
  note: z.string().nullable(),
});
export type TuningOutcome = z.infer<typeof tuningOutcomeSchema>;

/** What an apply or a revert did, and how things are then. */
export const tuningResultSchema = z.object({
  outcomes: z.array(tuningOutcomeSchema),
  report: tuningReportSchema,
});
export type TuningResult = z.infer<typeof tuningResultSchema>;

import * as z from 'zod';

/** What the panel can put right with one button; each is an operation of this contract. */
export const doctorFixSchema = z.enum(['tuning.apply', 'balancer.apply', 'firewall.apply']);
export type DoctorFix = z.infer<typeof doctorFixSchema>;

export const doctorCheckSchema = z.object({
  /** Stable identifier, such as `conntrack`. */
  id: z.string(),
  group: z.enum(['server', 'docker', 'balancer', 'network', 'stations', 'traces']),
  title: z.string(),
  /** `note`: worth knowing, nothing is wrong. `unknown`: it could not be told here; `evidence` says why. */
  level: z.enum(['ok', 'note', 'warning', 'error', 'unknown']),
  /** What was seen, with numbers. */
  evidence: z.string(),
  /** What to do; null when there is nothing to do. */
  remedy: z.string().nullable(),
  fix: doctorFixSchema.nullable(),
});
export type DoctorCheck = z.infer<typeof doctorCheckSchema>;

export const doctorReportSchema = z.object({
  at: z.number(),
  durationMs: z.number(),
  /** Every check, in the order of the catalogue. */
  checks: z.array(doctorCheckSchema),
});
export type DoctorReport = z.infer<typeof doctorReportSchema>;

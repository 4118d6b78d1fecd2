import { z } from 'zod';
import { balancerSettingsSchema } from './settings.ts';
import { balancerStateSchema } from './snapshot.ts';

/** The balancer in full: what is wanted, what is live, and the earlier configurations that can be restored. */
export const balancerDetailSchema = z.object({
  settings: balancerSettingsSchema,
  state: balancerStateSchema,
  /** How workers, connections and the open-files limit follow from the target; each line is one step of the sum. */
  arithmetic: z.array(z.string()),
  config: z.object({
    path: z.string(),
    /** The text that is live, and whether it is ours and unchanged since we wrote it. */
    live: z.string().nullable(),
    wanted: z.string(),
    drift: z.enum(['none', 'differs', 'foreign', 'absent']),
  }),
  backups: z.array(z.object({ id: z.string(), at: z.number(), bytes: z.number(), ours: z.boolean() })),
  /** Sites of the operator's own nginx that stop being served while our configuration is live. */
  foreignSites: z.array(z.string()),
  lastErrors: z.array(z.string()),
});
export type BalancerDetail = z.infer<typeof balancerDetailSchema>;

import * as z from 'zod';

const port = { port: z.number(), protocol: z.enum(['tcp', 'udp']) };

export const firewallReportSchema = z.object({
  /** Who keeps the rules; `own`: rules that no manager known here made; `none`: everything is open. */
  manager: z.enum(['ufw', 'firewalld', 'own', 'none']),
  /** Whether it holds anything back now. */
  active: z.boolean(),
  /** What has to be reachable, and nothing else. `open` is null where it cannot be told. */
  needed: z.array(z.object({ ...port, purpose: z.enum(['ssh', 'balancer']), open: z.boolean().nullable() })),
  /** Rules that let in more than that, as their manager writes them; those bound to an address are only counted. */
  beyond: z.array(z.string()),
  beyondWithAddress: z.number(),
  /** What `firewall.apply` would run, in this order. */
  commands: z.array(z.string()),
  /** What to know before that; sentences. */
  notes: z.array(z.string()),
  /** Whether something of ours is in place that a revert would take away. */
  applied: z.boolean(),
});
export type FirewallReport = z.infer<typeof firewallReportSchema>;

export const firewallApplySchema = z.strictObject({
  /** Switches ufw on where it is off; without it only rules are added. */
  enable: z.boolean().default(false),
});

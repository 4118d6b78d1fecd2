import * as z from 'zod';
import { stationIndexSchema } from './fleet.ts';
import { balancerEngineSchema, balancerSettingsSchema } from './settings.ts';
import { balancerStateSchema } from './snapshot.ts';

/** A configuration kept from before a change: `YYYYMMDDTHHMMSSmmmZ-…`. */
export const backupIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,120}$/, 'must be the ID of a backup, as `conduit nginx backups` lists them');

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
    /** From the live text to the wanted one, as a unified diff; null when they are the same. */
    diff: z.string().nullable(),
  }),
  /** The kernel engine's rules as they would be loaded; null while nginx is the engine. */
  kernelRules: z.string().nullable(),
  backups: z.array(z.object({ id: z.string(), at: z.number(), bytes: z.number(), ours: z.boolean() })),
  /** Sites of the operator's own nginx that stop being served while our configuration is live. */
  foreignSites: z.array(z.string()),
  lastErrors: z.array(z.string()),
});
export type BalancerDetail = z.infer<typeof balancerDetailSchema>;

/** Bytes are of whole packets as the kernel counts them, headers included; per second over the last few seconds. */
const flowSchema = z.object({
  /** Sessions that began since the counting began. */
  opened: z.number(),
  openedPerSecond: z.number(),
  /** From clients to stations. */
  bytesIn: z.number(),
  bytesOut: z.number(),
  bytesInPerSecond: z.number(),
  bytesOutPerSecond: z.number(),
});

const sessionsSchema = z.object({ tcp: z.number(), udp: z.number() });

/** What goes through the balancer, from the kernel's own counters; no client address is part of it. */
export const balancerTrafficSchema = z.object({
  at: z.number(),
  /** When counting began, milliseconds since the epoch; null while nothing is counted. */
  since: z.number().nullable(),
  /** Why nothing is counted, or what the figures leave out; each a sentence. */
  notes: z.array(z.string()),
  engine: balancerEngineSchema,
  sessions: sessionsSchema,
  /** What clients reach. */
  ports: z.array(flowSchema.extend({ port: z.number(), protocol: z.enum(['tcp', 'udp']) })),
  stations: z.array(
    flowSchema.extend({
      index: stationIndexSchema,
      name: z.string(),
      rotation: z.enum(['in', 'out', 'draining']),
      /** Why it is not in; null when it is. */
      reason: z.string().nullable(),
      /** Open now, on the station's primary and secondary port. */
      primary: sessionsSchema,
      secondary: sessionsSchema,
      /** What the station itself counted since `since`; null when it reports nothing. */
      reportedBytes: z.number().nullable(),
    }),
  ),
  /** Bytes through the balancer ÷ bytes the stations report, since `since`; null when they report none. */
  share: z.number().nullable(),
  /** nginx workers that only finish sessions from before a reload. */
  oldWorkers: z.array(z.object({ pid: z.number(), sessions: z.number(), since: z.number() })),
});
export type BalancerTraffic = z.infer<typeof balancerTrafficSchema>;

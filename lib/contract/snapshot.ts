import * as z from 'zod';
import { balancerEngineSchema } from './settings.ts';

/** One immutable picture of the whole server, made once a tick by the agent and shown everywhere. */

export const stationStateSchema = z.enum([
  'running', // up, and its own report says so
  'starting', // container up, no report yet
  'unresponsive', // container up, but it stopped answering
  'restarting', // the engine is restarting it after an exit
  'stopped', // stopped by the operator
  'exited', // should run, does not
  'missing', // wanted, no container yet
  'blocked', // not started: key alarm or a stranger with its name
  'extra', // above the wanted count, on its way out
]);
export type StationStateName = z.infer<typeof stationStateSchema>;

export const stationSnapshotSchema = z.object({
  index: z.number(),
  name: z.string(),
  state: stationStateSchema,
  /** Why the state is what it is, for people; null when there is nothing to say. */
  reason: z.string().nullable(),
  address: z.string().nullable(),
  loopbackPort: z.number().nullable(),
  connected: z.number(),
  connecting: z.number(),
  /** Null where the image does not report it. */
  announcing: z.number().nullable(),
  live: z.boolean().nullable(),
  /** Bytes a second, client → Psiphon and Psiphon → client, as the station reports them. */
  uploadBps: z.number(),
  downloadBps: z.number(),
  /** Bytes since the station started. */
  uploadedBytes: z.number(),
  downloadedBytes: z.number(),
  cpuPercent: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  memoryLimitBytes: z.number().nullable(),
  maxClients: z.number(),
  bandwidthMbps: z.number(),
  startedAt: z.number().nullable(),
  restarts: z.number(),
  source: z.enum(['metrics', 'stats-file', 'log', 'none']),
  hasOverride: z.boolean(),
  /** Whether the balancer sends it clients. */
  rotation: z.enum(['in', 'out', 'draining']),
  /** Whether it listens on 443 and 5566. Real stations need not: their clients can reach them another way. */
  ingress: z.enum(['open', 'partial', 'closed', 'unknown']),
});
export type StationSnapshot = z.infer<typeof stationSnapshotSchema>;

export const problemSchema = z.object({
  /** Stable identifier, `docker-down`, `key-alarm`, `port-taken`, `disk-low`, … */
  code: z.string(),
  severity: z.enum(['info', 'warning', 'critical']),
  title: z.string(),
  detail: z.string(),
  remedy: z.string().nullable(),
  station: z.number().nullable(),
});
export type Problem = z.infer<typeof problemSchema>;

export const balancerStateSchema = z.object({
  /** `held`: a restored configuration runs, and changes of the fleet are not followed. */
  state: z.enum(['running', 'held', 'stopped', 'failed', 'off']),
  engine: balancerEngineSchema,
  /** Why it is not running, for people. */
  message: z.string().nullable(),
  /** Backends in the configuration that is live. */
  backends: z.number(),
  ports: z.array(z.object({ port: z.number(), protocol: z.enum(['tcp', 'udp']), listening: z.boolean() })),
  /** nginx workers that only finish sessions from before a reload, and how many those are. */
  oldWorkers: z.object({ workers: z.number(), sessions: z.number() }),
});
export type BalancerState = z.infer<typeof balancerStateSchema>;

export const snapshotSchema = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  sampleMs: z.number(),
  users: z.object({ connected: z.number(), connecting: z.number() }),
  stations: z.object({ running: z.number(), wanted: z.number() }),
  /** Fleet sums of what the stations report. */
  traffic: z.object({
    uploadBps: z.number(),
    downloadBps: z.number(),
    uploadedBytes: z.number(),
    downloadedBytes: z.number(),
  }),
  /**
   * Per country as the stations of 2.x report it; empty for older images. `other` are countries with fewer clients
   * than the setting wants to be named.
   */
  countries: z.array(
    z.object({
      code: z.string(),
      connected: z.number(),
      /** Of those, clients of the operator's own circle. */
      personalConnected: z.number(),
      connecting: z.number(),
      uploadedBytes: z.number(),
      downloadedBytes: z.number(),
    }),
  ),
  host: z.object({
    cores: z.number(),
    cpuPercent: z.number().nullable(),
    memoryUsedBytes: z.number(),
    memoryTotalBytes: z.number(),
    diskFreeBytes: z.number().nullable(),
    diskTotalBytes: z.number().nullable(),
  }),
  engine: z.object({ state: z.enum(['up', 'down']), message: z.string().nullable() }),
  balancer: balancerStateSchema,
  problems: z.array(problemSchema),
  /** The job that changes the fleet now, if any. */
  activeJobId: z.string().nullable(),
  stationList: z.array(stationSnapshotSchema),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

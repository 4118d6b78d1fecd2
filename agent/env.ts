import * as z from 'zod';
import { PROBED_ADDRESSES } from '../lib/doctor/probe.ts';
import {
  DEFAULT_DOCKER_SOCKET,
  DEFAULT_PREFIX,
  DEFAULT_RUN_DIR,
  DEFAULT_STATE_DIR,
} from '../lib/host/paths.ts';
import { LONGEST_WINDOW_MS } from '../lib/tracker/capture.ts';

/** What the agent takes from its environment; everything else is a setting in the database. */
const absolutePath = z.string().regex(/^\/[A-Za-z0-9._/-]*$/, 'must be an absolute path');

const schema = z.object({
  CONDUIT_STATE_DIR: absolutePath.default(DEFAULT_STATE_DIR),
  CONDUIT_RUN_DIR: absolutePath.default(DEFAULT_RUN_DIR),
  /** Names containers, volumes and the network of this installation. */
  CONDUIT_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9]{1,15}$/, 'must be 2 to 16 small letters or digits')
    .default(DEFAULT_PREFIX),
  /** Group that may open the panel's socket. */
  CONDUIT_PANEL_GROUP: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/)
    .default('conduit'),
  /** Of 127.0.0.1; kept from being handed out to others. */
  CONDUIT_PANEL_PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  CONDUIT_MIGRATIONS_DIR: absolutePath.optional(),
  CONDUIT_TICK_MS: z.coerce.number().int().min(200).max(60_000).default(2000),
  /** The kernel's counters are read at least this often, however much that costs. */
  CONDUIT_TRACKER_WINDOW_MS: z.coerce.number().int().min(10_000).max(600_000).default(LONGEST_WINDOW_MS),
  CONDUIT_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  CONDUIT_DOCKER_SOCKET: absolutePath.default(DEFAULT_DOCKER_SOCKET),
  /** What the tuning reads and writes; a test names a directory of its own. */
  CONDUIT_ETC_DIR: absolutePath.default('/etc'),
  /** Where older managers are looked for. */
  CONDUIT_HOST_ROOT: absolutePath.default('/'),
  /** What an older manager calls its first container. */
  CONDUIT_V1_NAME: z
    .string()
    .regex(/^[a-z][a-z0-9]{1,15}$/, 'must be 2 to 16 small letters or digits')
    .default('conduit'),
  CONDUIT_PROC_SYS: absolutePath.default('/proc/sys'),
  /** What the doctor asks for an answer, from this server and from inside stations. */
  CONDUIT_PROBE_ADDRESSES: z
    .string()
    .regex(/^[0-9.]+(,[0-9.]+)*$/, 'must be IPv4 addresses with commas between them')
    .default(PROBED_ADDRESSES.join(',')),
});

export interface AgentEnv {
  stateDir: string;
  runDir: string;
  prefix: string;
  panelGroup: string;
  panelPort: number;
  migrationsDir: string;
  tickMs: number;
  trackerWindowMs: number;
  logLevel: string;
  dockerSocket: string;
  etcDir: string;
  procSys: string;
  probeAddresses: string[];
  hostRoot: string;
  v1Name: string;
}

/** Parses the environment; an empty value counts as unset. @throws Error naming every bad variable */
export function readAgentEnv(source: NodeJS.ProcessEnv, defaultMigrationsDir: string): AgentEnv {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(set);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw new Error(`The agent's environment is not valid: ${lines.join('; ')}`);
  }
  const env = parsed.data;
  return {
    stateDir: env.CONDUIT_STATE_DIR,
    runDir: env.CONDUIT_RUN_DIR,
    prefix: env.CONDUIT_PREFIX,
    panelGroup: env.CONDUIT_PANEL_GROUP,
    panelPort: env.CONDUIT_PANEL_PORT,
    migrationsDir: env.CONDUIT_MIGRATIONS_DIR ?? defaultMigrationsDir,
    tickMs: env.CONDUIT_TICK_MS,
    trackerWindowMs: env.CONDUIT_TRACKER_WINDOW_MS,
    logLevel: env.CONDUIT_LOG_LEVEL,
    dockerSocket: env.CONDUIT_DOCKER_SOCKET,
    etcDir: env.CONDUIT_ETC_DIR,
    procSys: env.CONDUIT_PROC_SYS,
    probeAddresses: env.CONDUIT_PROBE_ADDRESSES.split(','),
    hostRoot: env.CONDUIT_HOST_ROOT,
    v1Name: env.CONDUIT_V1_NAME,
  };
}

import * as z from 'zod';

/**
 * What the operator wants of the fleet and the balancer. Limits carry their message here, once; the form, the
 * CLI and the agent all show these words.
 */

/** `[registry[:port]/]path[:tag][@sha256:…]`, the part of Docker's reference grammar that people type. */
const imageReference =
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/;

const count = z
  .int('must be a whole number from 1 to 10000')
  .min(1, 'must be at least 1; to stop the fleet use `conduit down --fleet`')
  .max(10_000, 'must be at most 10000');
const maxClients = z
  .int('must be a whole number from 1 to 1000')
  .min(1, 'must be at least 1')
  .max(1000, 'must be at most 1000, the limit of one station; use more stations for more clients');
const bandwidthMbps = z
  .number('must be a number of Mbit/s from 1 to 10000, or -1 for unlimited')
  .refine(
    (v) => v === -1 || (v >= 1 && v <= 10_000),
    'must be from 1 to 10000 Mbit/s per client, or -1 for unlimited',
  );
const cpus = z
  .number('must be a number of CPUs from 0.05 to 512, or empty for no limit')
  .min(0.05, 'must be at least 0.05 CPU')
  .max(512, 'must be at most 512 CPUs')
  .nullable();
const memoryMb = z
  .int('must be a whole number of MB from 64 to 1048576, or empty for no limit')
  .min(64, 'must be at least 64 MB; a station does not start with less')
  .max(1_048_576, 'must be at most 1048576 MB')
  .nullable();
const openFiles = z
  .int('must be a whole number from 1024 to 1048576')
  .min(1024, 'must be at least 1024')
  .max(1_048_576, 'must be at most 1048576');
const port = z
  .int('must be a port from 1 to 65535')
  .min(1, 'must be at least 1')
  .max(65_535, 'must be at most 65535');

export const networkModeSchema = z.enum(['cluster', 'host'], 'must be `cluster` or `host`');

export const fleetSettingsSchema = z.strictObject({
  count,
  image: z
    .string()
    .max(255, 'must be at most 255 characters')
    .regex(imageReference, 'must be an image reference such as ghcr.io/psiphon-inc/conduit/cli:latest'),
  networkMode: networkModeSchema,
  maxClients,
  bandwidthMbps,
  cpus,
  memoryMb,
  openFiles,
  /** Publish each station on 127.0.0.1 for diagnosis; costs two docker-proxy processes a station. */
  loopbackPorts: z.boolean(),
  /** Station i is published on 127.0.0.1:(loopbackPortBase + i). */
  loopbackPortBase: z
    .int('must be a port from 1024 to 64000')
    .min(1024, 'must be at least 1024')
    .max(64_000, 'must be at most 64000'),
  /** On the host's network station i serves its metrics on 127.0.0.1:(metricsPortBase + i). */
  metricsPortBase: z
    .int('must be a port from 1024 to 64000')
    .min(1024, 'must be at least 1024')
    .max(64_000, 'must be at most 64000'),
  /** A station that has not answered for this many seconds is restarted; 0 leaves it to the operator. */
  hungRestartSeconds: z
    .int('must be a whole number of seconds from 30 to 86400, or 0 for never')
    .refine((v) => v === 0 || (v >= 30 && v <= 86_400), 'must be from 30 to 86400 seconds, or 0 for never'),
  /** After this many of those restarts within an hour a station is left alone. */
  hungRestartsPerHour: z
    .int('must be a whole number from 1 to 20')
    .min(1, 'must be at least 1')
    .max(20, 'must be at most 20'),
});
export type FleetSettings = z.infer<typeof fleetSettingsSchema>;

/** What one station does differently from the fleet; an absent field follows the fleet. */
export const stationOverrideSchema = z.strictObject({
  maxClients: maxClients.optional(),
  bandwidthMbps: bandwidthMbps.optional(),
  cpus: cpus.optional(),
  memoryMb: memoryMb.optional(),
  /** True when the operator stopped this station; it stays stopped over restarts. */
  stopped: z.boolean().optional(),
});
export type StationOverride = z.infer<typeof stationOverrideSchema>;

/**
 * `nginx` copies every byte and balances by open sessions; `kernel` rewrites addresses in the kernel and balances by
 * the client's address.
 */
export const balancerEngineSchema = z.enum(['nginx', 'kernel'], 'must be `nginx` or `kernel`');

export const balancerSettingsSchema = z.strictObject({
  engine: balancerEngineSchema,
  /** The ports clients reach; each takes TCP and UDP. */
  primaryPort: port,
  secondaryPort: port,
  /** More ports clients may use, such as 80, 53, 2053 or 8443; each leads to the stations' primary port. */
  extraPorts: z.array(port).max(16, 'must be at most 16 ports'),
  configPath: z
    .string()
    .max(255)
    .regex(/^\/[A-Za-z0-9._/-]+$/, 'must be an absolute path of letters, digits, `.`, `_`, `-` and `/`'),
  /** Sessions to be held at once; workers and connections are computed from it. */
  targetSessions: z
    .int('must be a whole number from 100 to 1000000')
    .min(100, 'must be at least 100')
    .max(1_000_000, 'must be at most 1000000'),
  /** Sessions one client address may hold on one port; many people can share an address. Null: no limit. */
  sessionsPerClient: z
    .int('must be a whole number from 1 to 100000, or empty for no limit')
    .min(1, 'must be at least 1, or empty for no limit')
    .max(100_000, 'must be at most 100000')
    .nullable(),
  /** How long a station that is about to stop may finish its sessions; it gets no new ones meanwhile. */
  drainSeconds: z
    .int('must be a whole number of seconds from 0 to 86400')
    .min(0, 'must be at least 0; 0 stops at once')
    .max(86_400, 'must be at most 86400, one day'),
  /** How long sessions that began before a reload may go on in the nginx workers that held them. */
  oldWorkerMinutes: z
    .int('must be a whole number of minutes from 1 to 10080')
    .min(1, 'must be at least 1')
    .max(10_080, 'must be at most 10080, one week'),
  /** A TCP session without a byte for this long ends. */
  tcpIdleMinutes: z
    .int('must be a whole number of minutes from 1 to 1440')
    .min(1, 'must be at least 1')
    .max(1440, 'must be at most 1440, one day'),
  /** A UDP session without a datagram for this long ends. */
  udpIdleSeconds: z
    .int('must be a whole number of seconds from 10 to 3600')
    .min(10, 'must be at least 10')
    .max(3600, 'must be at most 3600'),
});
export type BalancerSettings = z.infer<typeof balancerSettingsSchema>;

/** What watches the main interface for the countries of clients. */
export const trackerSettingsSchema = z.strictObject({
  /** `frontend`: what reaches the balancer's ports; `all`: everything but SSH. */
  preset: z.enum(['frontend', 'all', 'off'], 'must be `frontend`, `all` or `off`'),
  /** `tcpdump` copies the head of each packet; `kernel` lets nftables count. */
  capture: z.enum(['tcpdump', 'kernel'], 'must be `tcpdump` or `kernel`'),
  /** Null: the one that leads to the internet, followed as it changes. */
  interface: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/,
      'must be the name of a network interface such as eth0, or empty for the one that leads to the internet',
    )
    .nullable(),
  /** A GeoLite2 or GeoIP2 file of the operator; null: the built-in country database. */
  geoipPath: z
    .string()
    .max(255)
    .regex(
      /^\/[^\0]+\.mmdb$/,
      'must be the absolute path of a .mmdb file, or empty for the built-in database',
    )
    .nullable(),
  /** Countries with fewer clients are shown as `other` wherever figures leave the agent. */
  foldBelow: z
    .int('must be a whole number from 0 to 100')
    .min(0, 'must be at least 0; 0 names every country')
    .max(100, 'must be at most 100'),
});
export type TrackerSettings = z.infer<typeof trackerSettingsSchema>;

export const historySettingsSchema = z.strictObject({
  /** Above it the finest figures are forgotten early; days are always kept. */
  maxMegabytes: z
    .int('must be a whole number of MB from 50 to 1000000')
    .min(50, 'must be at least 50 MB')
    .max(1_000_000, 'must be at most 1000000 MB'),
});
export type HistorySettings = z.infer<typeof historySettingsSchema>;

export const DEFAULT_IMAGE = 'ghcr.io/psiphon-inc/conduit/cli:latest';

export const DEFAULT_FLEET_SETTINGS: FleetSettings = {
  count: 40,
  image: DEFAULT_IMAGE,
  networkMode: 'cluster',
  maxClients: 1000,
  bandwidthMbps: 40,
  cpus: null,
  memoryMb: null,
  openFiles: 65_535,
  loopbackPorts: true,
  loopbackPortBase: 8080,
  // Away from 9100 and what else monitoring has around there.
  metricsPortBase: 19_000,
  hungRestartSeconds: 120,
  hungRestartsPerHour: 3,
};

export const DEFAULT_BALANCER_SETTINGS: BalancerSettings = {
  engine: 'nginx',
  primaryPort: 443,
  secondaryPort: 5566,
  extraPorts: [],
  configPath: '/etc/nginx/nginx.conf',
  targetSessions: 40_000,
  sessionsPerClient: null,
  drainSeconds: 60,
  oldWorkerMinutes: 60,
  tcpIdleMinutes: 15,
  udpIdleSeconds: 120,
};

export const DEFAULT_TRACKER_SETTINGS: TrackerSettings = {
  preset: 'frontend',
  capture: 'kernel',
  interface: null,
  geoipPath: null,
  foldBelow: 0,
};

export const DEFAULT_HISTORY_SETTINGS: HistorySettings = { maxMegabytes: 1000 };

/** What a diagnosis is made of: everything is read first, then judged. */
import type { FirewallReport } from '../contract/firewall.ts';
import type { Snapshot } from '../contract/snapshot.ts';
import type { TuningReport } from '../contract/tuning.ts';
import type { DiskUsage } from '../host/host-usage.ts';
import type { Listener } from '../host/port-owner.ts';
import type { TaskShare } from '../host/task-limits.ts';
import type { WayOut } from './probe.ts';

/** What was read, or why it could not be. */
export type Fact<T> = { value: T } | { unknown: string; remedy?: string | undefined };

export interface Facts {
  /** Whether the agent answers; without it, much else is unknown. */
  agent: Fact<{ pid: number }>;
  /** Release of the kernel, such as `6.1.0-18-amd64`. */
  kernel: Fact<string>;
  clock: Fact<{ synchronized: boolean }>;
  pressure: Fact<Pressure>;
  openFiles: Fact<Share>;
  tasks: Fact<TaskShare>;
  conntrack: Fact<Share>;
  docker: Fact<DockerFacts>;
  nginx: Fact<{ version: string; stream: string }>;
  programs: Fact<Program[]>;
  listeners: Fact<(Listener & { forwardsTo: string | null })[]>;
  /** Of the logs; that of the state directory is in the snapshot, Docker's with Docker. */
  logDisk: Fact<DiskUsage | null>;
  network: Fact<{ interface: string | null; ipv4: boolean; ipv6: boolean }>;
  /** Whether the kernel passes packets on between its networks. */
  forwarding: Fact<boolean>;
  /** What gets out of this server, and of the networks of a few stations. */
  wayOut: Fact<WayOut>;
  firewall: Fact<FirewallReport>;
  leftovers: Fact<Leftover[]>;
  tuning: Fact<TuningReport>;
  /** How many volumes were looked into, and what is wrong with the key of which station. */
  keys: Fact<{ checked: number; alarms: { station: number; alarm: string }[] }>;
  snapshot: Fact<Snapshot>;
  /** Of the snapshot; without the agent, of what the host alone tells. */
  host: Fact<Pick<Snapshot, 'host' | 'problems'>>;
  wanted: Wanted;
}

interface Share {
  used: number;
  max: number;
}

/** Percent of the last minute in which something waited for it. @see https://docs.kernel.org/accounting/psi.html */
interface Pressure {
  cpu: number;
  memory: number;
  io: number;
}

interface DockerFacts {
  version: string;
  storageDriver: string;
  cgroupVersion: string;
  /** Null: as many as asked for. */
  openFilesLimit: number | null;
  /** Where it keeps images, containers and volumes. */
  rootDir: string;
  disk: DiskUsage | null;
}

interface Program {
  name: string;
  present: boolean;
  /** Debian's package. */
  package: string;
  purpose: string;
}

/** Something an older manager left behind. */
export interface Leftover {
  path: string;
  what: string;
  /** What to do about it; null where it does no harm as it is. */
  remedy: string | null;
}

interface Wanted {
  /** Listeners of the balancer that stand now. */
  open: { port: number; protocol: 'tcp' | 'udp' }[];
  /** Ports clients reach, each TCP and UDP. */
  ports: number[];
  loopbackPorts: number[];
  /** Addresses of our stations on their network. */
  addresses: string[];
  openFiles: number;
}

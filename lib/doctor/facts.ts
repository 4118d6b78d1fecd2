/** What a diagnosis is made of: everything is read first, then judged. */
import type { FirewallReport } from '../contract/firewall.ts';
import type { Snapshot } from '../contract/snapshot.ts';
import type { TuningReport } from '../contract/tuning.ts';
import type { Listener } from '../host/port-owner.ts';

/** What was read, or why it could not be. */
export type Fact<T> = { value: T } | { unknown: string; remedy?: string | undefined };

export interface Facts {
  /** Release of the kernel, such as `6.1.0-18-amd64`. */
  kernel: Fact<string>;
  clock: Fact<{ synchronized: boolean }>;
  pressure: Fact<Pressure>;
  openFiles: Fact<Share>;
  tasks: Fact<Share>;
  conntrack: Fact<Share>;
  docker: Fact<DockerFacts>;
  nginx: Fact<{ version: string; stream: string }>;
  programs: Fact<Program[]>;
  listeners: Fact<Listener[]>;
  network: Fact<{ interface: string | null; ipv4: boolean; ipv6: boolean }>;
  /** Whether the kernel passes packets on between its networks. */
  forwarding: Fact<boolean>;
  /** Whether a running station has a way out of its own network; null when none runs. */
  wayOut: Fact<{ station: number; leads: boolean } | null>;
  firewall: Fact<FirewallReport>;
  leftovers: Fact<Leftover[]>;
  tuning: Fact<TuningReport>;
  /** How many volumes were looked into, and what is wrong with the key of which station. */
  keys: Fact<{ checked: number; alarms: { station: number; alarm: string }[] }>;
  snapshot: Fact<Snapshot>;
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
}

interface Wanted {
  /** Listeners of the balancer that stand now. */
  open: { port: number; protocol: 'tcp' | 'udp' }[];
  /** Ports clients reach, each TCP and UDP. */
  ports: number[];
  loopbackPorts: number[];
  openFiles: number;
}

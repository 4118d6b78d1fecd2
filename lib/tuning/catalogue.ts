/** Every kernel parameter this product asks for, with its reason and its target for one host. Pure. */
import type { Rule } from './rules.ts';

/** What the host is to hold. */
export interface Wanted {
  /** Sessions at once, through the balancer. */
  sessions: number;
  stations: number;
  /** Ports of ours that the kernel must not hand out as source ports. */
  ports: readonly number[];
  memoryBytes: number;
  cores: number;
}

/** What a parameter is for; those of one group matter together. */
export const PARAMETER_GROUPS = {
  acceptance: 'taking connections in',
  sessionLife: 'closed and silent connections',
  throughput: 'speed and buffers',
  connectionTable: 'the connection table',
  limits: 'limits of the whole server',
} as const;
export type ParameterGroup = keyof typeof PARAMETER_GROUPS;

export interface Parameter {
  group: ParameterGroup;
  /** As sysctl(8) writes it. */
  key: string;
  /** Why, in one sentence, for people. */
  reason: string;
  rule: Rule;
  /** The kernel module without which the key or the value does not exist, where the kernel has it not built in. */
  module?: string;
  /** The key that lists what this one may be, where the kernel has such a list. */
  choices?: string;
}

type Ungrouped = Omit<Parameter, 'group'>;

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** An entry of the connection table with its hash and extensions, measured on Linux 6: 320 bytes. */
const CONNTRACK_ENTRY_BYTES = 320;
/** Client to balancer, balancer to station, and the same again while the closed ones are remembered. */
const FLOWS_PER_SESSION = 8;

/** Entries of the connection table: eight a session as a power of two, but no more than a sixteenth of the memory. */
export function conntrackEntries({
  sessions,
  memoryBytes,
}: Pick<Wanted, 'sessions' | 'memoryBytes'>): number {
  const needed = 2 ** Math.ceil(Math.log2(Math.max(1, sessions * FLOWS_PER_SESSION)));
  const affordable = 2 ** Math.floor(Math.log2(memoryBytes / 16 / CONNTRACK_ENTRY_BYTES));
  return Math.max(65_536, Math.min(needed, affordable));
}

export function parametersFor(wanted: Wanted): Parameter[] {
  const conntrack = conntrackEntries(wanted);
  const socketBuffer = wanted.memoryBytes < 4 * GIB ? 4 * MIB : 16 * MIB;
  const groups: Record<ParameterGroup, Ungrouped[]> = {
    acceptance: acceptance(wanted),
    sessionLife: sessionLife(wanted),
    throughput: throughput(socketBuffer),
    connectionTable: connectionTable(conntrack),
    limits: limits(wanted),
  };
  return (Object.keys(groups) as ParameterGroup[]).flatMap((group) =>
    groups[group].map((parameter) => ({ group, ...parameter })),
  );
}

function acceptance({ ports }: Wanted): Ungrouped[] {
  return [
    {
      key: 'net.core.somaxconn',
      reason: 'Connections that wait to be accepted; beyond it a burst of new clients is turned away.',
      rule: { kind: 'atLeast', value: 65_535 },
    },
    {
      key: 'net.ipv4.tcp_max_syn_backlog',
      reason: 'Half-open connections that are remembered; beyond it clients on slow lines must try again.',
      rule: { kind: 'atLeast', value: 8192 },
    },
    {
      key: 'net.ipv4.tcp_syncookies',
      reason: 'Answers new clients even while a flood fills the queue of half-open connections.',
      rule: { kind: 'exactly', value: '1', also: ['2'] },
    },
    {
      key: 'net.core.netdev_max_backlog',
      reason: 'Packets that wait for a processor; beyond it they are lost before anything sees them.',
      rule: { kind: 'atLeast', value: 5000 },
    },
    {
      key: 'net.core.netdev_budget',
      reason:
        'Packets taken from the card in one go; with few, a busy card waits although a processor is free.',
      rule: { kind: 'atLeast', value: 600 },
    },
    {
      key: 'net.core.netdev_budget_usecs',
      reason: 'The time for those packets, in microseconds; it must grow with their number.',
      rule: { kind: 'atLeast', value: 8000 },
    },
    // Before the range grows over them.
    {
      key: 'net.ipv4.ip_local_reserved_ports',
      reason:
        'Our own listening ports lie in that range; handed out as a source port, one could not be opened.',
      rule: { kind: 'ports', ports: ports.filter((port) => port >= 1024) },
    },
    {
      key: 'net.ipv4.ip_local_port_range',
      reason: 'Source ports for connections to one station: balancer and stations run out of 28,000.',
      rule: { kind: 'span', low: 1024, high: 65_535 },
    },
  ];
}

function sessionLife({ sessions, memoryBytes }: Wanted): Ungrouped[] {
  // Each is remembered for a minute, in 256 bytes or so.
  const remembered = Math.min(sessions * 2, Math.floor(memoryBytes / 64 / 256));
  return [
    {
      key: 'net.ipv4.tcp_fin_timeout',
      reason: 'Seconds a closed connection waits for the other side; clients often vanish without a word.',
      rule: { kind: 'atMost', value: 30 },
    },
    {
      key: 'net.ipv4.tcp_keepalive_time',
      reason:
        'Seconds until a silent client is asked whether it is still there; two hours keep dead sessions.',
      rule: { kind: 'atMost', value: 300 },
    },
    {
      key: 'net.ipv4.tcp_tw_reuse',
      reason: 'Lets a new connection to a station take the port of one that was just closed.',
      rule: { kind: 'exactly', value: '1' },
    },
    {
      key: 'net.ipv4.tcp_max_tw_buckets',
      reason:
        'Closed connections that are remembered; beyond it the kernel forgets them early and complains.',
      rule: { kind: 'atLeast', value: Math.max(262_144, remembered) },
    },
  ];
}

function throughput(socketBuffer: number): Ungrouped[] {
  return [
    {
      key: 'net.core.default_qdisc',
      reason:
        'Sends the packets of each connection at its own pace, as BBR asks for; for cards that come up later.',
      rule: { kind: 'exactly', value: 'fq', also: ['cake'] },
      module: 'sch_fq',
    },
    {
      key: 'net.ipv4.tcp_congestion_control',
      reason: 'BBR keeps its speed on the lossy lines that people behind censorship have.',
      rule: { kind: 'exactly', value: 'bbr', also: ['bbr2', 'bbr3'] },
      module: 'tcp_bbr',
      choices: 'net.ipv4.tcp_available_congestion_control',
    },
    {
      key: 'net.ipv4.tcp_mtu_probing',
      reason:
        'Finds a smaller packet size when a firewall on the way swallows the message that asks for one.',
      rule: { kind: 'exactly', value: '1', also: ['2'] },
    },
    {
      key: 'net.ipv4.tcp_slow_start_after_idle',
      reason: 'A page that loads in bursts keeps the speed it had before the pause.',
      rule: { kind: 'exactly', value: '0' },
    },
    {
      key: 'net.core.rmem_max',
      reason: 'What a socket may ask for to receive; UDP sessions share one socket a port and need much.',
      rule: { kind: 'atLeast', value: socketBuffer },
    },
    {
      key: 'net.core.wmem_max',
      reason: 'The same for sending.',
      rule: { kind: 'atLeast', value: socketBuffer },
    },
    {
      key: 'net.ipv4.tcp_rmem',
      reason: 'Least, usual and most memory to receive on a TCP connection; far clients need the last one.',
      rule: { kind: 'eachAtLeast', values: [4096, 131_072, socketBuffer] },
    },
    {
      key: 'net.ipv4.tcp_wmem',
      reason: 'The same for sending.',
      rule: { kind: 'eachAtLeast', values: [4096, 16_384, socketBuffer] },
    },
    {
      key: 'net.ipv4.udp_rmem_min',
      reason: 'What a UDP socket keeps even when memory for networking is short.',
      rule: { kind: 'atLeast', value: 16_384 },
    },
    {
      key: 'net.ipv4.udp_wmem_min',
      reason: 'The same for sending.',
      rule: { kind: 'atLeast', value: 16_384 },
    },
  ];
}

function connectionTable(entries: number): Ungrouped[] {
  const module = 'nf_conntrack';
  return [
    {
      key: 'net.netfilter.nf_conntrack_max',
      reason: 'Connections the kernel can follow; when the table is full, every new client is dropped.',
      rule: { kind: 'atLeast', value: entries },
      module,
    },
    {
      key: 'net.netfilter.nf_conntrack_buckets',
      reason: 'Slots of that table; with too few, each packet searches a long list.',
      rule: { kind: 'atLeast', value: entries / 4 },
      module,
    },
    {
      key: 'net.netfilter.nf_conntrack_tcp_timeout_time_wait',
      reason: 'Seconds a closed connection keeps its entry; at 9,000 a second two minutes fill any table.',
      rule: { kind: 'atMost', value: 30 },
      module,
    },
    {
      key: 'net.netfilter.nf_conntrack_tcp_timeout_established',
      // RFC 5382, REQ-5: not less than 2 hours and 4 minutes.
      reason: 'Seconds a silent connection keeps its entry: five days by default, 2 h 4 min by RFC 5382.',
      rule: { kind: 'atMost', value: 7440 },
      module,
    },
    {
      key: 'net.netfilter.nf_conntrack_udp_timeout_stream',
      // RFC 4787, REQ-5: not less than 2 minutes.
      reason: 'Seconds a silent UDP session keeps its entry; QUIC and WebRTC speak more often than that.',
      rule: { kind: 'atMost', value: 180 },
      module,
    },
    {
      key: 'net.netfilter.nf_conntrack_udp_timeout',
      reason: 'The same for a datagram that nobody answered; a scan would fill the table with them.',
      rule: { kind: 'atMost', value: 30 },
      module,
    },
  ];
}

function limits({ sessions, stations, cores }: Wanted): Ungrouped[] {
  // A worker a core, two files a session, and twice that because sessions are not spread evenly.
  const worker = Math.ceil(sessions / cores) * 4;
  return [
    {
      key: 'fs.file-max',
      reason: 'Open files of the whole server; each session takes up to four.',
      rule: { kind: 'atLeast', value: Math.max(2_097_152, sessions * 6) },
    },
    {
      key: 'fs.nr_open',
      reason: 'The most open files one program may be given.',
      rule: { kind: 'atLeast', value: Math.max(1_048_576, worker) },
    },
    {
      key: 'kernel.pid_max',
      reason: 'Processes and threads that can exist; each station brings some thirty.',
      rule: { kind: 'atLeast', value: Math.max(131_072, stations * 128) },
    },
    ...([1, 2, 4] as const).map((share, at) => ({
      key: `net.ipv4.neigh.default.gc_thresh${at + 1}`,
      reason: 'Neighbours on networks of this server, one a station; beyond it some become unreachable.',
      rule: { kind: 'atLeast' as const, value: Math.max([128, 512, 1024][at] ?? 0, stations * share) },
    })),
  ];
}

/**
 * Counting in the kernel: sets whose elements are the listeners and the stations, each with a counter. Why the
 * kernel: nginx tells of a session when it ends, which can be hours later; these counters are live, cost one lookup
 * a packet, serve both engines, and no client address is part of them. Pure.
 */
import * as z from 'zod';
import type { PortAndProtocol } from './listening.ts';
import { type Backend, STATION_PORTS } from './render.ts';

const PROTOCOLS = ['tcp', 'udp'] as const;

/** Sums since the table was made. */
export interface Flow {
  opened: number;
  bytesIn: number;
  bytesOut: number;
}

export interface Counted {
  /** By `protocol port`. */
  listeners: Map<string, Flow>;
  /** By station address, both ports and protocols together. */
  stations: Map<string, Flow>;
}

/** One for each protocol: nft cannot join a protocol with the port of a conntrack entry into one key. */
const LISTENER_SETS = {
  tcp: { tcp_new: 'opened', tcp_in: 'bytesIn', tcp_out: 'bytesOut' },
  udp: { udp_new: 'opened', udp_in: 'bytesIn', udp_out: 'bytesOut' },
} as const;
type ListenerSets = (typeof LISTENER_SETS)['tcp'] & (typeof LISTENER_SETS)['udp'];
const STATION_SETS = { station_new: 'opened', station_in: 'bytesIn', station_out: 'bytesOut' } as const;

/**
 * Sets and chains, for `nft -f`; counters that stand keep their sums. Every packet of the host passes these rules, so
 * those that are not about our ports leave at the first, cheapest question. What nginx handles comes in and goes out
 * of this host; what the kernel engine leads is forwarded, and its first port is only in its conntrack entry.
 */
export function renderAccounting(table: string, listeners: readonly PortAndProtocol[]): string {
  const sets = [
    ...PROTOCOLS.flatMap((protocol) => Object.keys(LISTENER_SETS[protocol])).map(
      (name) => `${name} { type inet_service; size 1024; counter; }`,
    ),
    ...Object.keys(STATION_SETS).map((name) => `${name} { type ipv4_addr; size 16384; counter; }`),
  ];
  const hooks = ['input', 'output', 'forward'];
  const chains = hooks.map(
    (hook) => `count_${hook} { type filter hook ${hook} priority -5; policy accept; }`,
  );
  const ports = `{ ${[...new Set(listeners.map(({ port }) => port))].join(', ')} }`;
  const stationPorts = `{ ${Object.values(STATION_PORTS).join(', ')} }`;
  const rules = [
    `count_input th dport ${ports} goto from_client`,
    `count_input th sport ${stationPorts} ip saddr @station_out accept`,
    `count_output th dport ${stationPorts} goto to_station`,
    'count_output tcp sport @tcp_out accept',
    'count_output udp sport @udp_out accept',
    `count_forward th dport ${stationPorts} ct status dnat goto led_in`,
    `count_forward th sport ${stationPorts} ct status dnat goto led_out`,
    'from_client tcp dport @tcp_in ct state != new accept',
    'from_client udp dport @udp_in ct state != new accept',
    'from_client tcp dport @tcp_new',
    'from_client udp dport @udp_new',
    'to_station ip daddr @station_in ct state != new accept',
    'to_station ip daddr @station_new',
    'led_in meta l4proto vmap { tcp : goto led_in_tcp, udp : goto led_in_udp }',
    'led_out meta l4proto vmap { tcp : goto led_out_tcp, udp : goto led_out_udp }',
    ...PROTOCOLS.flatMap((protocol) => [
      `led_in_${protocol} meta l4proto ${protocol} ct original proto-dst @${protocol}_in`,
      `led_in_${protocol} ip daddr @station_in ct state != new accept`,
      `led_in_${protocol} meta l4proto ${protocol} ct original proto-dst @${protocol}_new`,
      `led_in_${protocol} ip daddr @station_new`,
      `led_out_${protocol} meta l4proto ${protocol} ct original proto-dst @${protocol}_out`,
      `led_out_${protocol} ip saddr @station_out`,
    ]),
  ];
  const led = ['led_in', 'led_out'].flatMap((name) => [name, ...PROTOCOLS.map((one) => `${name}_${one}`)]);
  const named = ['from_client', 'to_station', ...led];
  return `${[
    `add table inet ${table}`,
    ...sets.map((set) => `add set inet ${table} ${set}`),
    ...[...chains, ...named].map((chain) => `add chain inet ${table} ${chain}`),
    ...[...hooks.map((hook) => `count_${hook}`), ...named].map(
      (chain) => `flush chain inet ${table} ${chain}`,
    ),
    ...rules.map((rule) => `add rule inet ${table} ${rule}`),
  ].join('\n')}\n`;
}

/** The elements the sets shall have. */
export function accountingElements(
  listeners: readonly PortAndProtocol[],
  stations: readonly Backend[],
): { listeners: string[]; stations: string[] } {
  return {
    listeners: listeners.map(({ protocol, port }) => `${protocol} ${port}`),
    stations: stations.map(({ address }) => address),
  };
}

/** Adds what is new and deletes what went, in one transaction; an element that stays keeps its sum. */
export function renderElementChange(
  table: string,
  before: { listeners: string[]; stations: string[] },
  after: { listeners: string[]; stations: string[] },
): string {
  const lines: string[] = [];
  const change = (sets: object, was: readonly string[], is: readonly string[]) => {
    const added = is.filter((one) => !was.includes(one));
    const gone = was.filter((one) => !is.includes(one));
    for (const set of Object.keys(sets)) {
      if (gone.length > 0) lines.push(`delete element inet ${table} ${set} { ${gone.join(', ')} }`);
      if (added.length > 0) lines.push(`add element inet ${table} ${set} { ${added.join(', ')} }`);
    }
  };
  for (const protocol of PROTOCOLS) {
    const ofProtocol = (all: readonly string[]) =>
      all.flatMap((one) => (one.startsWith(`${protocol} `) ? one.slice(protocol.length + 1) : []));
    change(LISTENER_SETS[protocol], ofProtocol(before.listeners), ofProtocol(after.listeners));
  }
  change(STATION_SETS, before.stations, after.stations);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

const listingSchema = z.object({
  nftables: z.array(
    z.looseObject({
      set: z
        .looseObject({
          name: z.string(),
          elem: z
            .array(
              z.object({
                elem: z.object({
                  val: z.union([z.string(), z.number()]),
                  counter: z.object({ packets: z.number(), bytes: z.number() }),
                }),
              }),
            )
            .optional(),
        })
        .optional(),
    }),
  ),
});

/** Reads `nft -j list table`. @throws ZodError when nft writes otherwise than known */
export function parseAccounting(json: string): Counted {
  const counted: Counted = { listeners: new Map(), stations: new Map() };
  for (const { set } of listingSchema.parse(JSON.parse(json)).nftables) {
    if (set === undefined) continue;
    const protocol = set.name.startsWith('tcp') ? 'tcp' : 'udp';
    const ofListener = { ...LISTENER_SETS.tcp, ...LISTENER_SETS.udp }[set.name as keyof ListenerSets];
    const field = ofListener ?? STATION_SETS[set.name as keyof typeof STATION_SETS];
    if (field === undefined) continue;
    const sums = ofListener === undefined ? counted.stations : counted.listeners;
    for (const { elem } of set.elem ?? []) {
      const key = ofListener === undefined ? String(elem.val) : `${protocol} ${elem.val}`;
      const flow = sums.get(key) ?? { opened: 0, bytesIn: 0, bytesOut: 0 };
      flow[field] += field === 'opened' ? elem.counter.packets : elem.counter.bytes;
      sums.set(key, flow);
    }
  }
  return counted;
}

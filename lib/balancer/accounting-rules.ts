/**
 * Counting in the kernel: sets whose elements are the listeners and the stations, each with a counter. Why the
 * kernel: nginx tells of a session when it ends, which can be hours later; these counters are live, cost one lookup
 * a packet, serve both engines, and no client address is part of them. Pure.
 */
import { z } from 'zod';
import { type Backend, STATION_PORTS } from './render.ts';

export interface Listener {
  protocol: 'tcp' | 'udp';
  port: number;
}

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

const LISTENER_SETS = { listen_new: 'opened', listen_in: 'bytesIn', listen_out: 'bytesOut' } as const;
const STATION_SETS = { station_new: 'opened', station_in: 'bytesIn', station_out: 'bytesOut' } as const;
const PROTOCOLS = ['tcp', 'udp'] as const;

/**
 * Sets and chains, for `nft -f`; counters that stand keep their sums. Every packet of the host passes these rules: those
 * that are not about our ports leave each at its first, cheapest question.
 */
export function renderAccounting(table: string, listeners: readonly Listener[]): string {
  const listenerSets = Object.keys(LISTENER_SETS).map(
    (name) => `add set inet ${table} ${name} { type inet_proto . inet_service; counter; }`,
  );
  const stationSets = Object.keys(STATION_SETS).map(
    (name) => `add set inet ${table} ${name} { type ipv4_addr . inet_proto . inet_service; counter; }`,
  );
  const arriving = `add rule inet ${table} arriving`;
  const leaving = `add rule inet ${table} leaving`;
  const ports = `{ ${[...new Set(listeners.map(({ port }) => port))].join(', ')} }`;
  const stationPorts = `{ ${Object.values(STATION_PORTS).join(', ')} }`;
  return `${[
    `add table inet ${table}`,
    ...listenerSets,
    ...stationSets,
    // After conntrack has looked at the packet and before an address is rewritten; then after the last rewriting.
    `add chain inet ${table} arriving { type filter hook prerouting priority -150; policy accept; }`,
    `add chain inet ${table} leaving { type filter hook postrouting priority 150; policy accept; }`,
    `flush chain inet ${table} arriving`,
    `flush chain inet ${table} leaving`,
    `${arriving} th dport ${ports} fib daddr type local meta l4proto . th dport @listen_in`,
    `${arriving} ct state new th dport ${ports} fib daddr type local meta l4proto . th dport @listen_new`,
    `${arriving} th sport ${stationPorts} ip saddr . meta l4proto . th sport @station_out`,
    `${leaving} th sport ${ports} fib saddr type local meta l4proto . th sport @listen_out`,
    `${leaving} th dport ${stationPorts} ip daddr . meta l4proto . th dport @station_in`,
    `${leaving} ct state new th dport ${stationPorts} ip daddr . meta l4proto . th dport @station_new`,
  ].join('\n')}\n`;
}

/** The elements the sets shall have. */
export function accountingElements(
  listeners: readonly Listener[],
  stations: readonly Backend[],
): { listeners: string[]; stations: string[] } {
  return {
    listeners: listeners.map(({ protocol, port }) => `${protocol} . ${port}`),
    stations: stations.flatMap(({ address }) =>
      PROTOCOLS.flatMap((protocol) =>
        Object.values(STATION_PORTS).map((port) => `${address} . ${protocol} . ${port}`),
      ),
    ),
  };
}

/** Adds what is new and deletes what went, in one transaction; an element that stays keeps its sum. */
export function renderElementChange(
  table: string,
  before: { listeners: string[]; stations: string[] },
  after: { listeners: string[]; stations: string[] },
): string {
  const lines: string[] = [];
  for (const [kind, sets] of [
    ['listeners', LISTENER_SETS],
    ['stations', STATION_SETS],
  ] as const) {
    const added = after[kind].filter((one) => !before[kind].includes(one));
    const gone = before[kind].filter((one) => !after[kind].includes(one));
    for (const set of Object.keys(sets)) {
      if (gone.length > 0) lines.push(`delete element inet ${table} ${set} { ${gone.join(', ')} }`);
      if (added.length > 0) lines.push(`add element inet ${table} ${set} { ${added.join(', ')} }`);
    }
  }
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
                  val: z.object({ concat: z.array(z.union([z.string(), z.number()])) }),
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
    const ofListener = LISTENER_SETS[set.name as keyof typeof LISTENER_SETS];
    const ofStation = STATION_SETS[set.name as keyof typeof STATION_SETS];
    const field = ofListener ?? ofStation;
    if (field === undefined) continue;
    const sums = ofListener === undefined ? counted.stations : counted.listeners;
    for (const { elem } of set.elem ?? []) {
      const key =
        ofListener === undefined ? String(elem.val.concat[0]) : elem.val.concat.slice(0, 2).join(' ');
      const flow = sums.get(key) ?? { opened: 0, bytesIn: 0, bytesOut: 0 };
      flow[field] += field === 'opened' ? elem.counter.packets : elem.counter.bytes;
      sums.set(key, flow);
    }
  }
  return counted;
}

/** The kernel engine as nftables text: new sessions get a station's address, and conntrack keeps it for their life. Pure. */
import { isIPv4 } from 'node:net';
import type { BalancerSettings } from '../contract/settings.ts';
import { fillSlots } from './kernel-slots.ts';
import { portGroups } from './listeners.ts';
import { type Backend, STATION_PORTS } from './render.ts';

export interface KernelRulesInput {
  /** Name of our table; nothing outside of it is touched. */
  table: string;
  backends: readonly Backend[];
  settings: Pick<BalancerSettings, 'primaryPort' | 'secondaryPort' | 'extraPorts' | 'sessionsPerClient'>;
}

/** Any number: it makes our hash differ from others over the same packets. */
const SEED = '0x636f6e64';

/**
 * A script for `nft -f`: one transaction, so that no packet sees half of it. Run again it replaces the rules and
 * leaves the sets, in which the kernel counts sessions a client.
 * @throws Error for an address that is no IPv4: the caller is wrong
 */
export function renderKernelRules({ table, backends, settings }: KernelRulesInput): string {
  for (const { index, address } of backends)
    if (!isIPv4(address)) throw new Error(`station ${index} has no usable IPv4 address`);
  const { primary, secondary } = portGroups(settings);
  const lines = [
    `add table ip ${table}`,
    `add chain ip ${table} choose { type nat hook prerouting priority -101; policy accept; }`,
    `flush chain ip ${table} choose`,
    `add chain ip ${table} share { type filter hook prerouting priority -150; policy accept; }`,
    `flush chain ip ${table} share`,
    ...clientLimit(table, settings.sessionsPerClient, [...primary, ...secondary]),
  ];
  const slots = fillSlots(backends.toSorted((a, b) => a.index - b.index));
  if (slots.length > 0) {
    lines.push(...choices(table, primary, STATION_PORTS.primary, slots));
    lines.push(...choices(table, secondary, STATION_PORTS.secondary, slots));
  }
  return `${lines.join('\n')}\n`;
}

/** TCP by client and port, so that people behind one address are spread; UDP by client, whose port may change. */
function choices(table: string, ports: number[], stationPort: number, slots: string[]): string[] {
  const map = `{ ${ranges(slots).join(', ')} }`;
  const rule = (protocol: 'tcp' | 'udp', key: string) =>
    `add rule ip ${table} choose ${protocol} dport { ${ports.join(', ')} } fib daddr type local dnat to jhash ${key} mod ${slots.length} seed ${SEED} map ${map} : ${stationPort}`;
  return [rule('tcp', 'ip saddr . tcp sport'), rule('udp', 'ip saddr')];
}

function ranges(slots: string[]): string[] {
  const found: string[] = [];
  for (let from = 0; from < slots.length; ) {
    let to = from;
    while (slots[to + 1] === slots[from]) to++;
    found.push(`${from === to ? from : `${from}-${to}`} : ${slots[from]}`);
    from = to + 1;
  }
  return found;
}

/** The sets exist always: a set in use cannot be removed, and an empty one costs nothing. */
function clientLimit(table: string, limit: number | null, ports: number[]): string[] {
  const sets = (['tcp', 'udp'] as const).map(
    (protocol) =>
      `add set ip ${table} ${protocol}_clients { type ipv4_addr . inet_service; flags dynamic; size 262144; }`,
  );
  if (limit === null) return sets;
  return [
    ...sets,
    ...(['tcp', 'udp'] as const).map(
      (protocol) =>
        `add rule ip ${table} share ct state new ${protocol} dport { ${ports.join(', ')} } fib daddr type local add @${protocol}_clients { ip saddr . ${protocol} dport ct count over ${limit} } drop`,
    ),
  ];
}

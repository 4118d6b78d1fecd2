/** What tcpdump is told to pass. Pure. */

/** The longest head that is read: two tags, PPPoE, IPv6 and two ports, with a little to spare. */
export const SNAP_BYTES = 80;
const SSH = 22;

export interface FilterInput {
  preset: 'frontend' | 'all';
  ports: readonly number[];
  /** Whether the interface has Ethernet frames, and so may have tagged ones. */
  ethernet: boolean;
  /** Addresses of this server that clients may reach. */
  hosts: readonly string[];
}

/** A filter names at most this many addresses. */
const MOST_HOSTS = 32;

/**
 * `frontend` passes what is for our own port, or from it: a station's own connections to port 443 of others are not
 * clients. Which way a packet goes is told by our addresses and not by pcap's `inbound`: libpcap looks at the first blocks
 * of its ring itself, knows no direction there, and would throw away the first packets of every capture. Frames with a
 * tag are passed whole, since pcap's words for tags shift what is compared after them; the reader looks at their ports.
 */
export function captureFilter({ preset, ports, ethernet, hosts }: FilterInput): string {
  const tagged = ethernet
    ? ' or ether proto 0x8100 or ether proto 0x88a8 or ether proto 0x9100 or ether proto 0x8864'
    : '';
  if (preset === 'all') return `((ip or ip6) and not tcp port ${SSH})${tagged}`;
  const any = (words: string, values: readonly (string | number)[]) =>
    values.map((value) => `${words} ${value}`).join(' or ');
  const known = hosts.length > 0 && hosts.length <= MOST_HOSTS;
  const towardsUs = known ? `(${any('dst host', hosts)})` : 'inbound';
  const fromUs = known ? `(${any('src host', hosts)})` : 'outbound';
  return (
    `(${towardsUs} and (tcp or udp) and (${any('dst port', ports)}))` +
    ` or (${fromUs} and (tcp or udp) and (${any('src port', ports)}))${tagged}`
  );
}

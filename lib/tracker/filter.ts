/** What tcpdump is told to pass. Pure. */

/** The longest head that is read: two tags, PPPoE, IPv6 and two ports, with a little to spare. */
export const SNAP_BYTES = 80;
const SSH = 22;

/**
 * `frontend` passes what is for our own port, or from it: a station's own connections to port 443 of others are not
 * clients. Frames with a tag are passed whole, since pcap's words for tags shift what is compared after them; the
 * reader looks at their ports.
 * @param ethernet whether the interface has Ethernet frames, and so may have tagged ones
 */
export function captureFilter(
  preset: 'frontend' | 'all',
  ports: readonly number[],
  ethernet: boolean,
): string {
  const tagged = ethernet
    ? ' or ether proto 0x8100 or ether proto 0x88a8 or ether proto 0x9100 or ether proto 0x8864'
    : '';
  if (preset === 'all') return `((ip or ip6) and not tcp port ${SSH})${tagged}`;
  const any = (side: 'src' | 'dst') => ports.map((port) => `${side} port ${port}`).join(' or ');
  return `(inbound and (tcp or udp) and (${any('dst')})) or (outbound and (tcp or udp) and (${any('src')}))${tagged}`;
}

/**
 * Reads the head of one captured packet: whose address is on the other side, which way it went, how long it was. Link
 * layers that a server's main interface has: Ethernet (plain, 802.1Q, QinQ, PPPoE), Linux cooked (both), raw IP.
 */
import type { createAddressTable } from './address-table.ts';
import type { OwnAddresses } from './special-addresses.ts';

/** https://www.tcpdump.org/linktypes.html */
export const LINK_ETHERNET = 1;
export const LINK_RAW = [12, 14, 101];
export const LINK_SLL = 113;
export const LINK_SLL2 = 276;

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN = [0x8100, 0x88a8, 0x9100];
const PPPOE = 0x8864;
const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;
const TCP = 6;
const UDP = 17;
const SSH = 22;
const SLL_OUTGOING = 4;

export interface PacketReaderOptions {
  table: ReturnType<typeof createAddressTable>;
  linkType: number;
  own: OwnAddresses;
  /**
   * The balancer's ports. The capture's own filter has seen to them where it could look: frames with a tag it passes
   * whole, and those are looked at here. Null: every packet counts but those of SSH.
   */
  ports: ReadonlySet<number> | null;
}

export interface PacketReader {
  /**
   * @param length of the packet on the wire, which may be more than was captured
   * @returns false when the packet was none of ours, or was cut before its addresses ended
   */
  read(bytes: Uint8Array, from: number, end: number, length: number): boolean;
}

/** @throws RangeError for a link layer nobody here can read */
export function createPacketReader({ table, linkType, own, ports }: PacketReaderOptions): PacketReader {
  const isSll = linkType === LINK_SLL;
  const isSll2 = linkType === LINK_SLL2;
  const isRaw = LINK_RAW.includes(linkType);
  if (linkType !== LINK_ETHERNET && !isSll && !isSll2 && !isRaw)
    throw new RangeError(`packets of link type ${linkType} cannot be read`);
  const ownV4 = Uint32Array.from(own.v4);
  const ownV6 = own.v6;

  function readV4(
    b: Uint8Array,
    at: number,
    end: number,
    length: number,
    outgoing: boolean | null,
    ask: boolean,
  ) {
    if (at + 20 > end) return false;
    const source = word(b, at + 12);
    const target = word(b, at + 16);
    const towardsUs = outgoing === null ? isOwnV4(target) || !isOwnV4(source) : !outgoing;
    const headerBytes = ((b[at] as number) & 15) << 2;
    if (ask && !isOurs(b, at + headerBytes, end, b[at + 9] as number, short(b, at + 6) & 0x1fff, towardsUs))
      return false;
    // Zero: a packet that the network card will cut, or has put together.
    const total = short(b, at + 2) || length;
    table.addV4(towardsUs ? source : target, towardsUs, total);
    return true;
  }

  function readV6(
    b: Uint8Array,
    at: number,
    end: number,
    length: number,
    outgoing: boolean | null,
    ask: boolean,
  ) {
    if (at + 40 > end) return false;
    const towardsUs = outgoing === null ? isOwnV6(b, at + 24) || !isOwnV6(b, at + 8) : !outgoing;
    if (ask && !isOurs(b, at + 40, end, b[at + 6] as number, 0, towardsUs)) return false;
    const payload = short(b, at + 4);
    const there = at + (towardsUs ? 8 : 24);
    table.addV6(
      word(b, there),
      word(b, there + 4),
      word(b, there + 8),
      word(b, there + 12),
      towardsUs,
      payload === 0 ? length : payload + 40,
    );
    return true;
  }

  function isOwnV4(address: number): boolean {
    for (let i = 0; i < ownV4.length; i++) if (ownV4[i] === address) return true;
    return false;
  }

  function isOwnV6(b: Uint8Array, at: number): boolean {
    for (const words of ownV6)
      if (
        words[0] === word(b, at) &&
        words[1] === word(b, at + 4) &&
        words[2] === word(b, at + 8) &&
        words[3] === word(b, at + 12)
      )
        return true;
    return false;
  }

  /** Only our own port tells clients from servers that the stations talk to. */
  function isOurs(
    b: Uint8Array,
    at: number,
    end: number,
    protocol: number,
    offset: number,
    towardsUs: boolean,
  ) {
    if (ports === null) {
      if (protocol !== TCP || offset !== 0 || at + 4 > end) return true;
      return short(b, at) !== SSH && short(b, at + 2) !== SSH;
    }
    if ((protocol !== TCP && protocol !== UDP) || offset !== 0 || at + 4 > end) return false;
    return ports.has(short(b, at + (towardsUs ? 2 : 0)));
  }

  return {
    read(b, from, end, length) {
      let at = from;
      let type: number;
      let outgoing: boolean | null = null;
      let tagged = false;
      if (isSll) {
        type = short(b, from + 14);
        outgoing = short(b, from) === SLL_OUTGOING;
        at += 16;
      } else if (isSll2) {
        type = short(b, from);
        outgoing = b[from + 10] === SLL_OUTGOING;
        at += 20;
      } else if (isRaw) type = (b[from] as number) >> 4 === 6 ? IPV6 : IPV4;
      else {
        type = short(b, from + 12);
        at += 14;
      }
      while (VLAN.includes(type)) {
        type = short(b, at + 2);
        at += 4;
        tagged = true;
      }
      if (type === PPPOE) {
        const protocol = short(b, at + 6);
        type = protocol === PPP_IPV4 ? IPV4 : protocol === PPP_IPV6 ? IPV6 : 0;
        at += 8;
        tagged = true;
      }
      const rest = length - (at - from);
      if (type === IPV4) return readV4(b, at, end, rest, outgoing, tagged);
      return type === IPV6 && readV6(b, at, end, rest, outgoing, tagged);
    },
  };
}

function short(b: Uint8Array, at: number): number {
  return ((b[at] as number) << 8) | (b[at + 1] as number);
}

function word(b: Uint8Array, at: number): number {
  return (
    (((b[at] as number) << 24) |
      ((b[at + 1] as number) << 16) |
      ((b[at + 2] as number) << 8) |
      (b[at + 3] as number)) >>>
    0
  );
}

// Captures made by hand: every link layer, both byte orders, cut anywhere.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAddressTable } from './address-table.ts';
import { addressWords } from './address-text.ts';
import { createPacketReader, LINK_ETHERNET, LINK_SLL, LINK_SLL2 } from './packet.ts';
import { createPcapStream } from './pcap.ts';
import { ownAddresses } from './special-addresses.ts';

const US = { v4: '203.0.113.1', v6: '2001:db8::1' };
const THEM = { v4: '198.51.100.7', v6: '2001:db8:7::9' };
const TCP = 6;
const UDP = 17;

function bytesOf(address: string): number[] {
  return [...(addressWords(address) ?? [])].flatMap((w) => [
    w >>> 24,
    (w >>> 16) & 255,
    (w >>> 8) & 255,
    w & 255,
  ]);
}
const short = (value: number) => [value >>> 8, value & 255];
const udp = (from: number, to: number) => [...short(from), ...short(to), 0, 8, 0, 0];
const v4 = (from: string, to: string, total: number, ports = udp(5000, 443)) => [
  ...[0x45, 0, ...short(total), 0, 0, 0, 0, 64, UDP, 0, 0],
  ...bytesOf(from),
  ...bytesOf(to),
  ...ports,
];
const v6 = (from: string, to: string, payload: number, next = UDP, rest = udp(5000, 443)) => [
  ...[0x60, 0, 0, 0, ...short(payload), next, 64],
  ...bytesOf(from),
  ...bytesOf(to),
  ...rest,
];
const MACS = new Array<number>(12).fill(2);
const ethernet = (type: number, rest: number[]) => [...MACS, ...short(type), ...rest];
const tag = (type: number, rest: number[]) => [0, 5, ...short(type), ...rest];
const sll = (out: boolean, type: number, rest: number[]) => [
  ...[...short(out ? 4 : 0), 0, 1, 0, 6],
  ...new Array<number>(8).fill(2),
  ...short(type),
  ...rest,
];
const sll2 = (out: boolean, type: number, rest: number[]) => [
  ...[...short(type), 0, 0, 0, 0, 0, 2, 0, 1, out ? 4 : 0, 6],
  ...new Array<number>(8).fill(2),
  ...rest,
];

interface Frame {
  bytes: number[];
  length?: number;
}
function capture(linkType: number, frames: readonly Frame[], little = true, nano = false): Uint8Array {
  const out = Buffer.alloc(24 + frames.reduce((sum, { bytes }) => sum + 16 + bytes.length, 0));
  const put = (value: number, at: number) =>
    little ? out.writeUInt32LE(value, at) : out.writeUInt32BE(value, at);
  put(nano ? 0xa1b23c4d : 0xa1b2c3d4, 0);
  put(linkType, 20);
  let at = 24;
  for (const { bytes, length = bytes.length } of frames) {
    put(bytes.length, at + 8);
    put(length, at + 12);
    out.set(bytes, at + 16);
    at += 16 + bytes.length;
  }
  return out;
}

/** What a capture comes to: address words → bytes up and down. */
function read(linkType: number, chunks: readonly Uint8Array[], ports: number[] | null = [443]) {
  const table = createAddressTable();
  const own = ownAddresses(Object.values(US));
  const stream = createPcapStream((link) => {
    expect(link).toBe(linkType);
    return createPacketReader({ table, linkType: link, own, ports: ports && new Set(ports) }).read;
  });
  for (const chunk of chunks) stream.push(chunk);
  const seen: Record<string, [number, number]> = {};
  table.visit((words, _, up, down) => {
    seen[[...words].join()] = [up, down];
  });
  return { seen, packets: stream.packets };
}
const one = (linkType: number, frame: Frame) => read(linkType, [capture(linkType, [frame])]).seen;
const key = (address: string) => (addressWords(address) ?? []).join();

describe('link layers', () => {
  const up4 = v4(THEM.v4, US.v4, 1500);
  const up6 = v6(THEM.v6, US.v6, 1000);
  const pppoe = (protocol: number, rest: number[]) => [0x11, 0, 0, 1, 0, 9, ...short(protocol), ...rest];
  it.each([
    ['Ethernet, IPv4', LINK_ETHERNET, ethernet(0x0800, up4), THEM.v4, 1500],
    ['Ethernet, IPv6', LINK_ETHERNET, ethernet(0x86dd, up6), THEM.v6, 1040],
    ['802.1Q', LINK_ETHERNET, ethernet(0x8100, tag(0x0800, up4)), THEM.v4, 1500],
    ['QinQ', LINK_ETHERNET, ethernet(0x88a8, tag(0x8100, tag(0x86dd, up6))), THEM.v6, 1040],
    ['PPPoE, IPv4', LINK_ETHERNET, ethernet(0x8864, pppoe(0x21, up4)), THEM.v4, 1500],
    ['PPPoE in 802.1Q, IPv6', LINK_ETHERNET, ethernet(0x8100, tag(0x8864, pppoe(0x57, up6))), THEM.v6, 1040],
    ['cooked', LINK_SLL, sll(false, 0x0800, up4), THEM.v4, 1500],
    ['cooked, second kind', LINK_SLL2, sll2(false, 0x86dd, up6), THEM.v6, 1040],
    ['raw IPv4', 101, up4, THEM.v4, 1500],
    ['raw IPv6', 101, up6, THEM.v6, 1040],
    ['an extension header', 101, v6(THEM.v6, US.v6, 900, 0, [UDP, 0, 0, 0, 0, 0, 0, 0]), THEM.v6, 940],
  ])('%s', (_, linkType, bytes, address, total) => {
    expect(one(linkType, { bytes })).toEqual({ [key(address)]: [total, 0] });
  });

  it('knows what leaves by our address, or by what a cooked capture says', () => {
    const down = v4(US.v4, THEM.v4, 99, udp(443, 5000));
    expect(one(LINK_ETHERNET, { bytes: ethernet(0x0800, down) })).toEqual({ [key(THEM.v4)]: [0, 99] });
    expect(one(LINK_SLL, { bytes: sll(true, 0x0800, down) })).toEqual({ [key(THEM.v4)]: [0, 99] });
    expect(one(LINK_SLL2, { bytes: sll2(true, 0x0800, down) })).toEqual({ [key(THEM.v4)]: [0, 99] });
  });

  it('looks at the ports of tagged frames, which nobody has filtered', () => {
    const out = v4(US.v4, THEM.v4, 99, udp(5000, 443));
    expect(one(LINK_ETHERNET, { bytes: ethernet(0x8100, tag(0x0800, out)) })).toEqual({});
  });

  it('leaves SSH out of tagged frames, too, where every port counts', () => {
    const all = (protocol: number, ports: number[]) => {
      const packet = v4(THEM.v4, US.v4, 99, ports);
      packet[9] = protocol;
      const frames = [{ bytes: ethernet(0x8100, tag(0x0800, packet)) }];
      return read(LINK_ETHERNET, [capture(LINK_ETHERNET, frames)], null).seen;
    };
    for (const ports of [udp(5000, 22), udp(22, 5000)]) expect(all(TCP, ports)).toEqual({});
    for (const counted of [all(TCP, udp(5000, 2222)), all(UDP, udp(5000, 22))])
      expect(counted).toEqual({ [key(THEM.v4)]: [99, 0] });
  });

  it('takes the length on the wire where the header has none', () => {
    const frame = { bytes: ethernet(0x0800, v4(THEM.v4, US.v4, 0)), length: 70_014 };
    expect(one(LINK_ETHERNET, frame)).toEqual({ [key(THEM.v4)]: [70_000, 0] });
    const six = { bytes: ethernet(0x86dd, v6(THEM.v6, US.v6, 0)), length: 80_014 };
    expect(one(LINK_ETHERNET, six)).toEqual({ [key(THEM.v6)]: [80_000, 0] });
  });

  it('leaves out what is cut, and what is no IP', () => {
    const whole = ethernet(0x0800, up4);
    for (let n = 0; n < 34; n++)
      expect(one(LINK_ETHERNET, { bytes: whole.slice(0, n), length: 999 })).toEqual({});
    expect(one(LINK_ETHERNET, { bytes: ethernet(0x0806, up4) })).toEqual({});
  });
});

describe('the stream', () => {
  const frames = Array.from({ length: 40 }, (_, i) => ({
    bytes: ethernet(
      i % 2 === 0 ? 0x0800 : 0x86dd,
      i % 2 === 0 ? v4(`198.51.100.${i}`, US.v4, 100 + i) : v6(`2001:db8:5::${i}`, US.v6, i + 1),
    ),
  }));
  const whole = read(LINK_ETHERNET, [capture(LINK_ETHERNET, frames)]);

  it('reads both byte orders and both kinds of time', () => {
    expect(whole.packets).toBe(40);
    for (const little of [true, false])
      for (const nano of [true, false])
        expect(read(LINK_ETHERNET, [capture(LINK_ETHERNET, frames, little, nano)])).toEqual(whole);
  });

  it('comes to the same wherever it is cut', () => {
    const bytes = capture(LINK_ETHERNET, frames);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 60 }), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((end, i) => bytes.slice(edges[i], end));
        expect(read(LINK_ETHERNET, chunks)).toEqual(whole);
      }),
    );
    expect(
      read(
        LINK_ETHERNET,
        [...bytes].map((byte) => Uint8Array.of(byte)),
      ),
    ).toEqual(whole);
  });

  it('refuses what is no capture, and a record that cannot be', () => {
    const broken = Buffer.from(capture(LINK_ETHERNET, frames));
    broken.writeUInt32LE(300_000, 32);
    expect(() => read(LINK_ETHERNET, [broken])).toThrow('cannot be');
    expect(() => read(LINK_ETHERNET, [Buffer.alloc(24)])).toThrow('no capture');
    expect(() => read(105, [capture(105, frames)])).toThrow('link type 105');
  });
});

import { describe, expect, it } from 'vitest';
import { createTableReader } from './nft-table.ts';

const listedSet = (name: string, type: string, elements: [string, number, number][]) => ({
  set: {
    ...{ family: 'inet', name, table: 'x_geo', type, handle: 4, size: 131_072 },
    elem: elements.map(([val, packets, bytes]) => ({ elem: { val, counter: { packets, bytes } } })),
  },
});
/** As nft 1.0.6 lists a table. */
const LISTED = JSON.stringify({
  nftables: [
    { metainfo: { version: '1.0.6', release_name: 'Lester Gooch #5', json_schema_version: 1 } },
    { table: { family: 'inet', name: 'x_geo', handle: 2 } },
    { counter: { family: 'inet', name: 'missed', table: 'x_geo', handle: 2, packets: 41, bytes: 999 } },
    listedSet('arriving_ipv4_a', 'ipv4_addr', [
      ['10.1.2.3', 12, 3400],
      ['255.254.253.252', 1, 60],
    ]),
    listedSet('arriving_ipv4_b', 'ipv4_addr', [['10.9.9.9', 8, 800]]),
    listedSet('arriving_ipv6_a', 'ipv6_addr', []),
    listedSet('leaving_ipv6_a', 'ipv6_addr', [
      ['2001:db8::7', 5, 500],
      ['::1', 2, 99],
      ['fd00:241:1:2:3:4:5:6', 3, 4096],
    ]),
    { chain: { family: 'inet', table: 'x_geo', name: 'arriving', handle: 9 } },
    { rule: { family: 'inet', table: 'x_geo', chain: 'arriving', expr: [{ counter: 'missed' }] } },
    {
      rule: {
        family: 'inet',
        table: 'x_geo',
        chain: 'before',
        expr: [{ counter: { packets: 7, bytes: 9 } }],
      },
    },
  ],
}).replaceAll(/(":|,)(?=["{[\d])/g, '$1 ');

describe('what nft says', () => {
  const whole = [
    41,
    ['arriving_ipv4_a', 0x0a010203, 12, 3400],
    ['arriving_ipv4_a', 0xfffefdfc, 1, 60],
    ['leaving_ipv6_a', '2001:db8::7', 5, 500],
    ['leaving_ipv6_a', '::1', 2, 99],
    ['leaving_ipv6_a', 'fd00:241:1:2:3:4:5:6', 3, 4096],
  ];
  it.each([1, 2, 3, 7, 64, 10_000])('is read in pieces of %i bytes', (step) => {
    const seen: unknown[] = [];
    let set = '';
    const reader = createTableReader('missed', {
      onSet(name) {
        set = name;
        return name.endsWith('_a');
      },
      onV4: (...element) => seen.push([set, ...element]),
      onV6: (...element) => seen.push([set, ...element]),
      onCounter: (packets) => seen.push(packets),
    });
    for (let at = 0; at < LISTED.length; at += step) reader.push(Buffer.from(LISTED.slice(at, at + step)));
    reader.end();
    expect(seen).toEqual(whole);
  });
});

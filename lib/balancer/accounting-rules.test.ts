import { describe, expect, it } from 'vitest';
import { accountingElements, parseAccounting, renderElementChange } from './accounting-rules.ts';

const listeners = [{ protocol: 'tcp' as const, port: 443 }];
const one = { index: 1, address: '172.30.0.16' };
const two = { index: 2, address: '172.30.0.17' };
const nothing = { listeners: [], stations: [] };

describe('renderElementChange', () => {
  it('adds what is new and deletes what went; what stays is not named', () => {
    const before = accountingElements(listeners, [one]);
    const script = renderElementChange('t_count', before, accountingElements(listeners, [two]));
    expect(script).toMatch(/delete element inet t_count station_in \{ 172\.30\.0\.16 \}/);
    expect(script).toMatch(/add element inet t_count station_out \{ 172\.30\.0\.17 \}/);
    expect(script).not.toContain('tcp_in');
    expect(renderElementChange('t_count', before, before)).toBe('');
    expect(renderElementChange('t_count', nothing, before)).not.toContain('delete');
  });
});

describe('parseAccounting', () => {
  const element = (val: string | number, packets: number, bytes: number) => ({
    elem: { val, counter: { packets, bytes } },
  });
  const listing = (sets: object[]) =>
    JSON.stringify({ nftables: [{ metainfo: {} }, ...sets.map((set) => ({ set })), { chain: {} }] });

  it('reads stations by address and listeners by protocol and port', () => {
    const { stations, listeners: ports } = parseAccounting(
      listing([
        { name: 'station_in', elem: [element('10.0.0.1', 2, 100), element('10.0.0.2', 1, 50)] },
        { name: 'station_new', elem: [element('10.0.0.1', 7, 420)] },
        { name: 'udp_out', elem: [element(5566, 3, 300)] },
        { name: 'tcp_in' },
        { name: 'of_somebody_else', elem: [] },
      ]),
    );
    expect(stations.get('10.0.0.1')).toEqual({ opened: 7, bytesIn: 100, bytesOut: 0 });
    expect(ports.get('udp 5566')).toEqual({ opened: 0, bytesIn: 0, bytesOut: 300 });
  });

  it('refuses what nft never wrote', () => {
    expect(() => parseAccounting('{"nftables":[{"set":{"name":"station_in","elem":[1]}}]}')).toThrow();
  });
});

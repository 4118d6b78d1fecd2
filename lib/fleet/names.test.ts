import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseBase,
  looksLikeStation,
  networkIndexOf,
  networkSpec,
  stationAddress,
  stationOfName,
} from './names.ts';

describe('names', () => {
  it('are read back only when they are a station of this prefix', () => {
    expect(stationOfName('conduit', 'conduit-12')).toBe(12);
    for (const name of ['conduit-0', 'conduit-012', 'conduit-data-1', 'conduit-net', 'conduit', 'xconduit-1'])
      expect(stationOfName('conduit', name)).toBeNull();
  });

  it('of older managers are recognised', () => {
    expect(['conduit', 'conduit-2', 'conduit-data', 'myconduit'].map(looksLikeStation)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('of bridges fit the kernel, for any prefix and any fleet', () => {
    expect(networkSpec('conduit', 0, '172.30.0.0')).toEqual({
      name: 'conduit-net',
      bridge: 'br-conduit',
      subnet: '172.30.0.0/21',
      gateway: '172.30.0.1',
    });
    expect(networkSpec('abcdefghijklmnop', 9, '172.30.0.0').bridge.length).toBeLessThanOrEqual(15);
  });
});

describe('addresses', () => {
  it('are one for each station, inside its own bridge, never the gateway', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { maxLength: 50 }), (stations) => {
        const addresses = stations.map((station) => stationAddress(station, '172.30.0.0'));
        expect(new Set(addresses).size).toBe(stations.length);
        for (const [at, station] of stations.entries()) {
          const { subnet, gateway } = networkSpec('c', networkIndexOf(station), '172.30.0.0');
          const third = (address: string) => Number(address.split('.')[2]);
          expect(Math.floor(third(addresses[at] ?? '') / 8)).toBe(Math.floor(third(subnet) / 8));
          expect(addresses[at]).not.toBe(gateway);
        }
      }),
    );
  });

  it('come from a range nobody uses', () => {
    expect(chooseBase([])).toBe('172.30.0.0');
    expect(chooseBase(['172.30.4.0/24', '172.17.0.0/16'])).toBe('172.29.0.0');
    expect(chooseBase(['172.16.0.0/12'])).toBe('10.219.0.0');
    expect(chooseBase(['172.16.0.0/12', '10.0.0.0/8'])).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { readAddresses } from './interfaces.ts';

const at = (...addresses: string[]) => addresses.map((address) => ({ address }));
const INTERFACES = {
  lo: at('127.0.0.1', '::1'),
  eth0: at('203.0.113.9', 'fe80::1'),
  'br-lan': at('198.51.100.2', '2001:db8::2'),
  'br-conduit': at('172.30.0.1'),
  docker0: at('172.17.0.1'),
};

describe('readAddresses', () => {
  it('has those by which clients reach the server, and not those of containers', () => {
    expect(readAddresses('eth0', INTERFACES).hosts).toEqual(['203.0.113.9']);
  });

  it('has those of the interface that is watched, also when it is a bridge', () => {
    const { hosts } = readAddresses('br-lan', INTERFACES);
    expect(hosts).toEqual(['198.51.100.2', '2001:db8::2', '203.0.113.9']);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BALANCER_SETTINGS } from '../contract/settings.ts';
import { backendsIn, portsIn } from './live-config.ts';
import { ownershipOf } from './marker.ts';
import { type Backend, type RenderInput, renderNginxConf } from './render.ts';
import { sizeBalancer } from './sizing.ts';

const template = readFileSync(join(import.meta.dirname, '../../templates/nginx.conf'), 'utf8');

function rendered(backends: readonly Backend[], change: Partial<RenderInput> = {}): string {
  return renderNginxConf({
    template,
    backends,
    settings: DEFAULT_BALANCER_SETTINGS,
    sizing: sizeBalancer({ targetSessions: 40_000, cores: 2, openFilesLimit: 65_535 }),
    moduleLines: ['load_module /usr/lib/nginx/modules/ngx_stream_module.so;'],
    user: 'www-data',
    ipv6: true,
    paths: { pidFile: '/run/nginx.pid', emergencyLog: '/run/nginx-conduit.log' },
    errorPort: 1023,
    ...change,
  });
}

const fleetOf = (count: number): Backend[] =>
  Array.from({ length: count }, (_, i) => ({ index: i + 1, address: `172.30.0.${i + 2}` }));

const address = fc.oneof(fc.ipV4(), fc.ipV6());
const backendSets = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 10_000 }), address), {
  maxLength: 60,
  selector: ([index]) => index,
});
const distinct = (pairs: [number, string][]): Backend[] => [
  ...new Map(pairs.map(([index, one]) => [one, { index, address: one }])).values(),
];

describe('renderNginxConf', () => {
  it.each([0, 3, 40])('writes what fixtures/backends-%d.conf holds', async (count) => {
    await expect(rendered(fleetOf(count))).toMatchFileSnapshot(`fixtures/backends-${count}.conf`);
  });

  it('writes a host without IPv6, without a module to load and with nobody to hear errors', async () => {
    const text = rendered(fleetOf(1), { ipv6: false, moduleLines: [], errorPort: null });
    expect(text).not.toMatch(/\[::\]|load_module|syslog|\{\{/);
  });

  it('writes the same bytes for the same stations in any order, and says they are ours', () => {
    fc.assert(
      fc.property(
        backendSets
          .map(distinct)
          .chain((all) =>
            fc.tuple(
              fc.constant(all),
              fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
            ),
          ),
        ([backends, shuffled]) => {
          const text = rendered(backends);
          expect(rendered(shuffled)).toBe(text);
          expect(ownershipOf(text)).toBe('ours');
        },
      ),
      { numRuns: 30 },
    );
  });

  it('can be read back: every station, and the ports of both protocols', () => {
    fc.assert(
      fc.property(backendSets.map(distinct), (backends) => {
        const text = rendered(backends);
        expect(backendsIn(text)).toEqual([...backends].sort((a, b) => a.index - b.index));
        expect(portsIn(text).map(({ port, protocol }) => `${port}/${protocol}`)).toEqual(
          backends.length === 0 ? [] : ['443/tcp', '443/udp', '5566/tcp', '5566/udp'],
        );
      }),
      { numRuns: 30 },
    );
  });

  it('leads extra ports to the primary upstream and counts each client where there is a limit', () => {
    const settings = { ...DEFAULT_BALANCER_SETTINGS, extraPorts: [80, 2053], sessionsPerClient: 20 };
    const text = rendered(fleetOf(2), { settings, ipv6: false });
    expect(portsIn(text).map(({ port }) => port)).toEqual([443, 80, 2053, 443, 80, 2053, 5566, 5566]);
    expect(text.match(/proxy_pass primary_tcp;/g)).toHaveLength(3);
    expect(text.match(/upstream \w+ \{/g)).toHaveLength(4);
    expect(text).toContain('limit_conn clients 20;');
    expect(rendered(fleetOf(2))).not.toContain('limit_conn');
  });

  it.each<[string, Backend[], string]>([
    ['no address', [{ index: 1, address: 'localhost' }], 'station 1 has no usable address'],
    ['a statement', [{ index: 1, address: '10.0.0.1; }' }], 'station 1 has no usable address'],
    ['a zone, which nginx cannot write', [{ index: 1, address: 'fe80::1%eth0' }], 'no usable address'],
    ['half a number', [{ index: 1.5, address: '10.0.0.1' }], 'station 1.5 has no usable address'],
    [
      'one address twice',
      [
        { index: 1, address: '10.0.0.1' },
        { index: 2, address: '10.0.0.1' },
      ],
      'two stations have the address of station 2',
    ],
    [
      'one station twice',
      [
        { index: 1, address: '10.0.0.1' },
        { index: 1, address: '10.0.0.2' },
      ],
      'station 1 is given twice',
    ],
  ])('refuses %s', (_, backends, message) => {
    expect(() => rendered(backends)).toThrow(message);
  });

  it('refuses a template that asks for something unknown', () => {
    expect(() => rendered([], { template: '{{colour}}' })).toThrow('{{colour}}');
  });
});

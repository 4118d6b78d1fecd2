import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conntrackEntries } from './catalogue.ts';
import { expandPorts, joinPorts, type Rule, valueFor } from './rules.ts';

describe('a value', () => {
  it.each<[Rule, string, string]>([
    [{ kind: 'atLeast', value: 4096 }, '128', '4096'],
    [{ kind: 'atLeast', value: 4096 }, '9223372036854775807', '9223372036854775807'],
    [{ kind: 'atMost', value: 30 }, '60', '30'],
    [{ kind: 'atMost', value: 30 }, '15', '15'],
    [{ kind: 'exactly', value: 'bbr', also: ['bbr3'] }, 'cubic', 'bbr'],
    [{ kind: 'exactly', value: 'bbr', also: ['bbr3'] }, 'bbr3', 'bbr3'],
    [{ kind: 'span', low: 1024, high: 65_535 }, '32768\t60999', '1024 65535'],
    [{ kind: 'span', low: 1024, high: 60_000 }, '500\t65000', '500 65000'],
    [
      { kind: 'eachAtLeast', values: [4096, 16_384, 4_194_304] },
      '4096\t131072\t33554432',
      '4096 131072 33554432',
    ],
    [
      { kind: 'eachAtLeast', values: [4096, 131_072, 16_777_216] },
      '4096\t16384\t4194304',
      '4096 131072 16777216',
    ],
    [{ kind: 'ports', ports: [5566, 8081, 8082] }, '', '5566,8081-8082'],
    [{ kind: 'ports', ports: [5566, 8081] }, '5500-5600,9000', '5500-5600,8081,9000'],
    [{ kind: 'ports', ports: [] }, '', ''],
  ])('%o over %j is %j', (rule, now, after) => {
    expect(valueFor(rule, now)).toBe(after);
  });

  it('needs no second change', () => {
    const rules: fc.Arbitrary<Rule> = fc.oneof(
      fc.record({ kind: fc.constant('atLeast' as const), value: fc.nat() }),
      fc.record({ kind: fc.constant('atMost' as const), value: fc.nat() }),
      fc.record({ kind: fc.constant('span' as const), low: fc.nat(65_535), high: fc.nat(65_535) }),
      fc.record({
        kind: fc.constant('eachAtLeast' as const),
        values: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
      }),
    );
    fc.assert(
      fc.property(rules, fc.array(fc.nat(), { minLength: 3, maxLength: 3 }), (rule, numbers) => {
        const once = valueFor(rule, numbers.join('\t'));
        expect(valueFor(rule, once)).toBe(once);
      }),
    );
  });

  it('lists ports as the kernel does', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(65_535)), (ports) => {
        expect([...expandPorts(joinPorts(ports))].sort((a, b) => a - b)).toEqual(
          [...ports].sort((a, b) => a - b),
        );
      }),
    );
  });
});

describe('the connection table', () => {
  const GIB = 1024 ** 3;

  it('follows the sessions as far as the memory goes', () => {
    expect(conntrackEntries({ sessions: 40_000, memoryBytes: 16 * GIB })).toBe(524_288);
    expect(conntrackEntries({ sessions: 40_000, memoryBytes: 2 * GIB })).toBe(262_144);
    expect(conntrackEntries({ sessions: 100_000, memoryBytes: 64 * GIB })).toBe(1_048_576);
    expect(conntrackEntries({ sessions: 100, memoryBytes: GIB })).toBe(65_536);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAddressTable } from './address-table.ts';
import { addressWords, v4Text, v6Text } from './address-text.ts';
import { isPrivateV4, isPrivateV6, ownAddresses } from './special-addresses.ts';
import { createTally } from './window.ts';

const words = (text: string) => addressWords(text) ?? new Uint32Array();

describe('the table', () => {
  it('gives its memory back after a flood', () => {
    const table = createAddressTable();
    const small = table.slots;
    for (let i = 0; i < 100_000; i++) table.addV4(i * 7919, true, 1);
    expect(table.slots).toBeGreaterThan(200_000);
    for (let window = 0; window < 12; window++) {
      table.clear();
      for (let i = 0; i < 100; i++) table.addV4(i, true, 1);
      expect(table.size).toBe(100);
    }
    expect(table.slots).toBe(small);
  });

  it('adds up as a map does, whatever comes, and is empty afterwards', () => {
    const table = createAddressTable();
    const entry = fc.record({
      // Few addresses, so that they meet; and many.
      address: fc.oneof(fc.nat(40), fc.nat(0xffffffff)),
      isV6: fc.boolean(),
      up: fc.boolean(),
      bytes: fc.nat(70_000),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6000, size: 'max' }), (entries) => {
        const truth = new Map<string, [number, number]>();
        for (const { address, isV6, up, bytes } of entries) {
          if (isV6) table.addV6(0x20010db8, address, 0, address & 3, up, bytes);
          else table.addV4(address, up, bytes);
          const key = isV6 ? `536939960,${address},0,${address & 3}` : String(address);
          const pair = truth.get(key) ?? [0, 0];
          pair[up ? 0 : 1] += bytes;
          truth.set(key, pair);
        }
        const seen = new Map<string, [number, number]>();
        table.visit((each, _, up, down) => seen.set(each.join(), [up, down]));
        expect(table.size).toBe(truth.size);
        expect(seen).toEqual(truth);
        table.clear();
        expect(table.size).toBe(0);
        table.visit(() => expect.fail('an address was left'));
      }),
      { numRuns: 20 },
    );
  });

  it('is bounded, and says what it had no room for', () => {
    const table = createAddressTable(16);
    for (let i = 0; i < 100; i++) table.addV4(i, i % 2 === 0, 10);
    expect(table.size).toBeLessThanOrEqual(9);
    let kept = 0;
    table.visit((_, __, up, down) => {
      kept += up + down;
    });
    expect(kept + table.overflow.uploadedBytes + table.overflow.downloadedBytes).toBe(1000);
  });
});

describe('addresses', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV6(), (four, six) => {
        expect(v4Text(words(four)[0] ?? 0)).toBe(four);
        const there = words(six);
        expect(words(v6Text(there))).toEqual(there);
      }),
    );
    expect([...words('::ffff:1.2.3.4')]).toEqual([0, 0, 0xffff, 0x01020304]);
    expect(addressWords('1.2.3')).toBeNull();
  });

  it.each(['10.1.2.3', '172.31.0.1', '192.168.9.9', '100.64.0.1', '169.254.1.1', '127.0.0.1', '224.0.0.9'])(
    '%s is private',
    (text) => expect(isPrivateV4(words(text)[0] ?? 0)).toBe(true),
  );
  it.each(['172.32.0.1', '100.128.0.1', '8.8.8.8'])('%s is not', (text) =>
    expect(isPrivateV4(words(text)[0] ?? 0)).toBe(false),
  );
  it('of IPv6 likewise', () => {
    for (const text of ['::1', 'fd00::1', 'fe80::1', 'ff02::1']) expect(isPrivateV6(words(text))).toBe(true);
    for (const text of ['2606:4700::1', '2a00::1']) expect(isPrivateV6(words(text))).toBe(false);
  });
});

describe('a window', () => {
  const own = ownAddresses(['9.9.9.1']);
  const countryOf = (text: string) => (text.startsWith('5.') ? 'IR' : null);
  const tallied = () => createTally({ countryOf, own: () => own });
  const NOON = Date.UTC(2026, 0, 5, 12);

  it('ends in totals of countries, with rows of their own for what is in none', () => {
    const { table, close } = tallied();
    for (const text of ['5.0.0.1', '5.0.0.2', '9.9.9.1', '10.0.0.1', '8.8.8.8'])
      table.addV4(words(text)[0] ?? 0, true, 100);
    table.addV4(words('5.0.0.1')[0] ?? 0, false, 7);
    const rows = close(NOON);
    const row = (code: string, active: number, down = 0) => ({
      ...{ code, uploadedBytes: 100 * active, downloadedBytes: down },
      ...{ active, clientsToday: active },
    });
    expect(rows.sort((a, b) => a.code.localeCompare(b.code))).toEqual(
      [row('IR', 2, 7), row('own', 1), row('private', 1), row('unknown', 1)].sort((a, b) =>
        a.code.localeCompare(b.code),
      ),
    );
    expect(table.size).toBe(0);
    expect(close(NOON + 10_000)).toEqual([]);
  });

  it('knows a client of the same day again, and nobody after midnight UTC', () => {
    const { table, close } = tallied();
    const at = (endMs: number, text: string) => {
      table.addV4(words(text)[0] ?? 0, true, 1);
      return close(endMs)[0]?.clientsToday;
    };
    const midnight = Date.UTC(2026, 0, 6);
    expect(at(NOON, '5.0.0.1')).toBe(1);
    expect(at(NOON + 10_000, '5.0.0.1')).toBe(1);
    // It ends at midnight, so it lies in the old day.
    expect(at(midnight, '5.0.0.2')).toBe(2);
    expect(at(midnight + 10_000, '5.0.0.3')).toBe(1);
  });
});

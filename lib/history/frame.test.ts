import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countryKey, countryOf, isPersonal } from './country-key.ts';
import { addEntry, createFrameReader, createFrameSum, type Entry, emptyEntry, packFrame } from './frame.ts';

const amount = fc.oneof(fc.constant(0), fc.nat(200), fc.nat(2 ** 31 - 1), fc.nat(2 ** 46));
const entry = fc.record({
  key: fc.nat(1400),
  seconds: fc.nat(100),
  connectedSeconds: amount,
  connectedMax: amount,
  connectingSeconds: amount,
  runningSeconds: amount,
  uploadedBytes: amount,
  downloadedBytes: amount,
  clients: amount,
});
const entries = fc.uniqueArray(entry, { selector: ({ key }) => key, maxLength: 40 });
const reader = createFrameReader();

function unpack(bytes: Uint8Array): { seconds: number; entries: Entry[] } {
  const found: Entry[] = [];
  const seconds = reader.read(bytes, (one) => found.push({ ...one }));
  return { seconds, entries: found };
}
const byKey = (list: Entry[]) => list.toSorted((a, b) => a.key - b.key);

describe('a frame', () => {
  it('comes back as it was packed', () => {
    fc.assert(
      fc.property(fc.nat(86_400), entries, (seconds, list) => {
        expect(unpack(packFrame({ seconds, entries: list }))).toEqual({ seconds, entries: byKey(list) });
      }),
    );
  });

  it('keeps ten seconds of two hundred countries in less than three kilobytes', () => {
    const list = Array.from({ length: 200 }, (_, i) => ({
      ...emptyEntry(i * 4),
      seconds: 10,
      connectedSeconds: 2000,
      connectedMax: 210,
      connectingSeconds: 30,
      uploadedBytes: 400_000,
      downloadedBytes: 4_000_000,
    }));
    expect(packFrame({ seconds: 10, entries: list }).length).toBeLessThan(3000);
  });

  it('is refused when it is cut short or holds what is no count', () => {
    const packed = packFrame({ seconds: 10, entries: [{ ...emptyEntry(5), uploadedBytes: 1e9 }] });
    expect(() => unpack(packed.subarray(0, -1))).toThrow(RangeError);
    expect(() => unpack(Buffer.from([9]))).toThrow('version 9');
    expect(() => packFrame({ seconds: 1.5, entries: [] })).toThrow(RangeError);
    expect(() => packFrame({ seconds: -1, entries: [] })).toThrow(RangeError);
  });
});

describe('createFrameSum', () => {
  it('adds each series up, in whatever groups it is done', () => {
    fc.assert(
      fc.property(fc.array(entries, { minLength: 2, maxLength: 6 }), fc.nat(4), (frames, at) => {
        const sumOf = (list: Uint8Array[]) => {
          const sum = createFrameSum(reader, 'stations');
          for (const frame of list) sum.add(frame);
          return sum.done();
        };
        const packed = frames.map((list) => packFrame({ seconds: 10, entries: list }));
        const cut = Math.min(at, packed.length - 1);
        const inGroups = [packed.slice(0, cut), packed.slice(cut)].map((group) => packFrame(sumOf(group)));
        expect(byKey(sumOf(inGroups).entries)).toEqual(byKey(sumOf(packed).entries));
        const expected = new Map<number, Entry>();
        for (const one of frames.flat()) {
          const sum = expected.get(one.key);
          if (sum === undefined) expected.set(one.key, { ...one });
          else addEntry(sum, one);
        }
        expect(byKey(sumOf(packed).entries)).toEqual(byKey([...expected.values()]));
      }),
    );
  });

  it('knows that a country which a bucket does not name had nobody then', () => {
    const sum = createFrameSum(reader, 'regions');
    sum.add(packFrame({ seconds: 10, entries: [{ ...emptyEntry(2), seconds: 10, connectedSeconds: 40 }] }));
    sum.add(packFrame({ seconds: 10, entries: [] }));
    expect(sum.done()).toEqual({
      seconds: 20,
      entries: [{ ...emptyEntry(2), seconds: 20, connectedSeconds: 40 }],
    });
  });
});

describe('a country’s key', () => {
  it('stands for one code and one scope', () => {
    const codes = ['AA', 'IR', 'ZZ', 'unknown', 'private', 'own'];
    const keys = codes.flatMap((code) => [countryKey(code), countryKey(code, true)]);
    expect(new Set(keys).size).toBe(keys.length);
    for (const code of codes) expect(countryOf(countryKey(code, true))).toBe(code);
    expect([isPersonal(countryKey('IR')), isPersonal(countryKey('IR', true))]).toEqual([false, true]);
  });

  it('is that of the unknown for what is no country', () => {
    for (const code of ['RELAY', 'ir', '', '??']) expect(countryOf(countryKey(code))).toBe('unknown');
  });
});

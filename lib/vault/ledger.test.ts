import { describe, expect, it } from 'vitest';
import type { KeyInspection } from '../stations/station-key.ts';
import { type FoundIdentity, judgeLedger, type KnownIdentity } from './ledger.ts';

const sound = (name: string): KeyInspection => ({ state: 'sound', proxyId: `id-${name}`, fingerprint: name });
const known = (volume: string, name: string): KnownIdentity => ({
  volume,
  proxyId: `id-${name}`,
  fingerprint: name,
  firstSeenAt: 1,
  lastSeenAt: 5,
});
const found = (station: number | null, volume: string, key: KeyInspection): FoundIdentity => ({
  station,
  volume,
  found: key,
});
const judge = (before: KnownIdentity[], there: FoundIdentity[]) =>
  judgeLedger({ known: before, found: there, stationOn: (volume) => Number(volume.slice(1)), now: 9 });

describe('the ledger', () => {
  it('is calm while every key is where it was, and takes a new one in', () => {
    expect(judge([known('v1', 'a')], [found(2, 'v2', sound('b')), found(1, 'v1', sound('a'))])).toEqual([
      {
        station: 1,
        volume: 'v1',
        proxyId: 'id-a',
        fingerprint: 'a',
        firstSeenAt: 1,
        lastSeenAt: 9,
        alarm: null,
        twin: false,
      },
      {
        station: 2,
        volume: 'v2',
        proxyId: 'id-b',
        fingerprint: 'b',
        firstSeenAt: 9,
        lastSeenAt: 9,
        alarm: null,
        twin: false,
      },
    ]);
  });

  it('says when a key changed, was damaged or is gone, with the identity it had', () => {
    const lines = judge(
      [known('v1', 'a'), known('v2', 'b'), known('v3', 'c'), known('v4', 'd')],
      [
        found(1, 'v1', sound('x')),
        found(2, 'v2', { state: 'empty', reason: 'the file is empty' }),
        found(3, 'v3', { state: 'missing', reason: 'the file is missing' }),
      ],
    );
    expect(lines.map(({ station, alarm, lastSeenAt }) => [station, alarm, lastSeenAt])).toEqual([
      [1, 'its key is not the one it had: Proxy ID id-a became id-x', 5],
      [2, 'the file is empty; it had Proxy ID id-b', 5],
      [3, 'the file is missing; it had Proxy ID id-c', 5],
      [4, 'its volume is gone; it had Proxy ID id-d', 5],
    ]);
  });

  it('says when a key appears twice, on a volume of nobody too', () => {
    const lines = judge(
      [],
      [found(null, 'data', sound('a')), found(4, 'v4', sound('a')), found(2, 'v2', sound('a'))],
    );
    expect(lines.map(({ volume, alarm }) => [volume, alarm])).toEqual([
      ['v2', null],
      ['v4', 'it has the same key as station 2'],
      ['data', 'it has the same key as station 2'],
    ]);
  });

  it('has no line for a volume that never had a key', () => {
    expect(judge([], [found(1, 'v1', { state: 'missing', reason: 'the file is missing' })])).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { ArchiveContent, LedgerEntry } from '../../lib/contract/vault.ts';
import { judgePlacements, ownPlacements } from '../../lib/format/placements.ts';
import {
  findEntries,
  firstChoices,
  ledgerSentence,
  obstacleOf,
  placementsOf,
  restoreWords,
  slotNumber,
} from './vault-words.ts';

const entry = (station: number, change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  station,
  volume: `conduit-data-${station}`,
  proxyId: `Proxy${station}`,
  firstSeenAt: 1,
  lastSeenAt: 2,
  wanted: true,
  alarm: null,
  ...change,
});
const content: ArchiveContent = {
  createdAt: 1,
  keys: [1, 2].map((station) => ({
    station,
    volume: `conduit-data-${station}`,
    proxyId: `Proxy${station}`,
    fingerprint: `print${station}`,
  })),
  slots: [{ station: 2, proxyId: 'Other', fingerprint: 'other' }],
  fleet: { count: 2, image: 'x' },
  count: 2,
  history: false,
};

describe('the ledger on the page', () => {
  it('is summed up in one sentence', () => {
    expect(ledgerSentence([entry(1), entry(2)])).toBe('2 keys, all as they were');
    expect(ledgerSentence([entry(1, { alarm: 'gone' }), entry(2, { wanted: false })])).toBe(
      '2 keys, 1 of stations that are not running, 1 alarm',
    );
  });

  it('shows alarms first and finds by number, volume and Proxy ID', () => {
    const ledger = [entry(1), entry(2), entry(12, { alarm: 'gone' })];
    expect(findEntries(ledger, '').map(({ station }) => station)).toEqual([12, 1, 2]);
    expect(findEntries(ledger, '2').map(({ station }) => station)).toEqual([12, 2]);
    expect(findEntries(ledger, 'proxy1').map(({ station }) => station)).toEqual([12, 1]);
  });
});

describe('the choice of keys', () => {
  const own = ownPlacements(content.keys);
  const obstacle = (choices = firstChoices(content, own), replace = false, history = false) =>
    obstacleOf({
      choices,
      judged: judgePlacements(content.keys, content.slots, placementsOf(choices)),
      replace,
      settings: false,
      history,
    });

  it('begins with each key in its own slot', () => {
    expect(placementsOf(firstChoices(content, own))).toEqual(own);
  });

  it('says what stands in the way', () => {
    expect(obstacle()).toContain('would lose the key');
    expect(obstacle(undefined, true)).toBeNull();
    const [first, second] = firstChoices(content, own);
    if (first === undefined || second === undefined) throw new Error('two keys');
    expect(obstacle([first, { ...second, chosen: false }])).toBeNull();
    expect(obstacle([first, { ...second, slot: '1' }])).toContain('named twice');
    expect(obstacle([first, { ...second, slot: '0' }])).toContain('must be a station number');
    expect(obstacle([])).toContain('at least one');
    expect(obstacle([], false, true)).toBeNull();
  });

  it('says what is about to be restored', () => {
    const judged = judgePlacements(content.keys, content.slots, own);
    const open = judged.filter(({ state }) => state !== 'same').length;
    expect(restoreWords(judged, false)).toBe(`Restore ${open} key${open === 1 ? '' : 's'}`);
    expect(restoreWords(judged, true)).toContain(' and the history');
    expect(restoreWords([], true)).toBe('Restore the history');
  });

  it('takes whole numbers for slots only', () => {
    expect(['1', ' 7 ', '10000', '', '-1', '1.5', '10001', 'x'].map(slotNumber)).toEqual([
      1,
      7,
      10_000,
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

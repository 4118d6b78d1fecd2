import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArchivedKey, Placement, Slot } from '../contract/vault.ts';
import { isRefused, judgePlacements, ownPlacements } from './placements.ts';

const key = (station: number | null, name: string, volume = `conduit-data-${station}`): ArchivedKey => ({
  station,
  volume,
  proxyId: `id-${name}`,
  fingerprint: name,
});
const slot = (station: number, name: string | null): Slot => ({
  station,
  proxyId: name === null ? null : `id-${name}`,
  fingerprint: name,
});
const states = (keys: ArchivedKey[], slots: Slot[], placements: Placement[]) =>
  judgePlacements(keys, slots, placements).map(({ to, state }) => `${to} ${state}`);

describe('placements', () => {
  const keys = [key(1, 'a'), key(2, 'b'), key(3, 'c')];

  it('are one for each key by default, and one for a key that is there twice', () => {
    expect(ownPlacements([...keys, key(4, 'a'), key(null, 'd', 'conduit-data')])).toEqual([
      { volume: 'conduit-data-1', to: 1 },
      { volume: 'conduit-data-2', to: 2 },
      { volume: 'conduit-data-3', to: 3 },
    ]);
  });

  it('say what each slot has and would lose', () => {
    const slots = [slot(1, 'a'), slot(2, null), slot(3, 'x')];
    expect(states(keys, slots, ownPlacements(keys))).toEqual(['1 same', '2 repair', '3 replace']);
    expect(states(keys, [], ownPlacements(keys))).toEqual(['1 free', '2 free', '3 free']);
  });

  it('refuse a key that lives elsewhere, unless that slot gets another one', () => {
    const slots = [slot(5, 'a')];
    expect(states(keys, slots, [{ volume: 'conduit-data-1', to: 1 }])).toEqual(['1 elsewhere']);
    expect(
      states(keys, slots, [
        { volume: 'conduit-data-1', to: 1 },
        { volume: 'conduit-data-2', to: 5 },
      ]),
    ).toEqual(['1 free', '5 replace']);
  });

  it('refuse a slot or a key that is named twice', () => {
    expect(
      states(
        keys,
        [],
        [
          { volume: 'conduit-data-1', to: 7 },
          { volume: 'conduit-data-2', to: 7 },
          { volume: 'conduit-data-3', to: 8 },
          { volume: 'conduit-data-3', to: 9 },
        ],
      ),
    ).toEqual(['7 twice', '7 twice', '8 twice', '9 twice']);
  });

  it('never leave a key in two slots, nor lose one unasked, whatever is named', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const archive = fc.array(name, { maxLength: 6 }).map((names) => names.map((one, at) => key(at + 1, one)));
    const server = fc
      .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.option(name)), {
        selector: ([station]) => station,
        maxLength: 8,
      })
      .map((all) =>
        all.filter(([, one], at) => one === null || all.findIndex(([, two]) => two === one) === at),
      )
      .map((all) => all.map(([station, one]) => slot(station, one)));
    const wanted = fc.array(
      fc.record({
        volume: fc.integer({ min: 1, max: 7 }).map((n) => `conduit-data-${n}`),
        to: fc.integer({ min: 1, max: 8 }),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(archive, server, wanted, (keys, slots, placements) => {
        const judged = judgePlacements(keys, slots, placements);
        if (judged.some(isRefused)) return;
        const after = new Map(slots.map(({ station, fingerprint }) => [station, fingerprint]));
        for (const { to, fingerprint } of judged) after.set(to, fingerprint);
        const sound = [...after.values()].filter((one) => one !== null);
        expect(new Set(sound).size).toBe(sound.length);
        const replaced = new Set(judged.filter(({ state }) => state === 'replace').map(({ to }) => to));
        for (const { station, fingerprint } of slots)
          if (fingerprint !== null && !replaced.has(station)) expect(after.get(station)).toBe(fingerprint);
      }),
    );
  });
});

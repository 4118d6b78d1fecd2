/** What goes where when keys are restored, and what that means for each slot: shown before, and judged again by the agent. Pure. */
import type { ArchivedKey, Placement, Slot } from '../contract/vault.ts';

export type PlacementState =
  | 'same' // has this key already: nothing to do
  | 'free' // has no key
  | 'repair' // its key is damaged
  | 'replace' // loses another identity
  | 'elsewhere' // the key lives in another slot, and would then work in neither
  | 'twice'; // the slot, or the key, is named twice

export interface JudgedPlacement extends Placement {
  /** The key's station in the archive. */
  from: number | null;
  proxyId: string;
  fingerprint: string;
  /** The Proxy ID that the slot has now. */
  current: string | null;
  state: PlacementState;
  /** Of `elsewhere`: where. */
  home: number | null;
}

/** Each key into the slot of its own number; of two volumes with one key the first. */
export function ownPlacements(keys: readonly ArchivedKey[]): Placement[] {
  const seen = new Set<string>();
  return keys.flatMap(({ station, volume, fingerprint }) => {
    if (station === null || seen.has(fingerprint)) return [];
    seen.add(fingerprint);
    return [{ volume, to: station }];
  });
}

/** Placements of volumes that the archive does not have are left out. */
export function judgePlacements(
  keys: readonly ArchivedKey[],
  slots: readonly Slot[],
  placements: readonly Placement[],
): JudgedPlacement[] {
  const archived = new Map(keys.map((key) => [key.volume, key]));
  const held = new Map(slots.map((slot) => [slot.station, slot]));
  const named = placements.flatMap(({ volume, to }) => {
    const key = archived.get(volume);
    return key === undefined ? [] : [{ volume, to, key }];
  });
  const targets = new Map(named.map(({ to, key }) => [to, key.fingerprint]));
  const slotsNamed = countsOf(named.map(({ to }) => to));
  const keysNamed = countsOf(named.map(({ key }) => key.fingerprint));
  return named.map(({ volume, to, key }) => {
    const current = held.get(to);
    const home = slots.find(
      ({ station, fingerprint }) =>
        fingerprint === key.fingerprint &&
        station !== to &&
        // What gets another key now is no home any more.
        (targets.get(station) ?? key.fingerprint) === key.fingerprint,
    );
    const isTwice = (slotsNamed.get(to) ?? 0) > 1 || (keysNamed.get(key.fingerprint) ?? 0) > 1;
    return {
      volume,
      to,
      from: key.station,
      proxyId: key.proxyId,
      fingerprint: key.fingerprint,
      current: current?.proxyId ?? null,
      home: home?.station ?? null,
      state: isTwice ? 'twice' : home !== undefined ? 'elsewhere' : stateOf(current, key),
    };
  });
}

/** States with which nothing is restored at all. */
export function isRefused({ state }: Pick<JudgedPlacement, 'state'>): boolean {
  return state === 'twice' || state === 'elsewhere';
}

/** What one line means, in a few words. */
export function placementWords({ state, home }: Pick<JudgedPlacement, 'state' | 'home'>): string {
  switch (state) {
    case 'same':
      return 'has it already';
    case 'free':
      return 'no key yet';
    case 'repair':
      return 'its key is damaged';
    case 'replace':
      return 'loses the key it has';
    case 'elsewhere':
      return `lives as station ${home ?? '?'} already`;
    case 'twice':
      return 'named twice';
  }
}

function stateOf(current: Slot | undefined, key: ArchivedKey): PlacementState {
  if (current === undefined) return 'free';
  if (current.fingerprint === null) return 'repair';
  return current.fingerprint === key.fingerprint ? 'same' : 'replace';
}

function countsOf<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

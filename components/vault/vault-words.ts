/** What the Keys page says, and which lines it shows. Pure. */
import type { ArchiveContent, LedgerEntry, Placement } from '../../lib/contract/vault.ts';
import { plural } from '../../lib/format/count.ts';
import type { JudgedPlacement } from '../../lib/format/placements.ts';

export function stationName({ station }: Pick<LedgerEntry, 'station'>): string {
  return station === null ? 'No station' : `Station ${station}`;
}

export function ledgerSentence(ledger: readonly LedgerEntry[]): string {
  if (ledger.length === 0) return 'Which Proxy ID each station has, and whether that stays so.';
  const waiting = ledger.filter(({ wanted }) => !wanted).length;
  const alarms = ledger.filter(({ alarm }) => alarm !== null).length;
  return [
    plural(ledger.length, 'key'),
    ...(waiting === 0 ? [] : [`${waiting} of stations that are not running`]),
    alarms === 0 ? 'all as they were' : plural(alarms, 'alarm'),
  ].join(', ');
}

/** Alarms first; by number, volume or a part of the Proxy ID. */
export function findEntries(ledger: readonly LedgerEntry[], search: string): LedgerEntry[] {
  const words = search.trim().toLowerCase();
  const fits = ({ station, volume, proxyId }: LedgerEntry) =>
    words === '' ||
    String(station) === words ||
    volume.toLowerCase().includes(words) ||
    proxyId.toLowerCase().includes(words);
  return ledger.filter(fits).toSorted((a, b) => Number(b.alarm !== null) - Number(a.alarm !== null));
}

/** One line of the choice what goes where. */
export interface Choice {
  volume: string;
  chosen: boolean;
  /** As typed. */
  slot: string;
}

export function firstChoices({ keys }: ArchiveContent, own: readonly Placement[]): Choice[] {
  const targets = new Map(own.map(({ volume, to }) => [volume, to]));
  return keys.map(({ volume, station }) => ({
    volume,
    chosen: targets.has(volume),
    slot: String(targets.get(volume) ?? station ?? ''),
  }));
}

/** Lines that are chosen and name a slot. */
export function placementsOf(choices: readonly Choice[]): Placement[] {
  return choices.flatMap(({ volume, chosen, slot }) => {
    const to = slotNumber(slot);
    return chosen && to !== null ? [{ volume, to }] : [];
  });
}

/** Null when it is no station number. */
export function slotNumber(text: string): number | null {
  const number = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return number >= 1 && number <= 10_000 ? number : null;
}

export interface RestoreOptions {
  choices: readonly Choice[];
  judged: readonly JudgedPlacement[];
  replace: boolean;
  settings: boolean;
  history: boolean;
}

/** Why it cannot begin; null when it can. */
export function obstacleOf({ choices, judged, replace, settings, history }: RestoreOptions): string | null {
  const chosen = choices.filter((one) => one.chosen);
  if (chosen.length === 0 && !history) return 'Choose at least one key.';
  const bad = chosen.find(({ slot }) => slotNumber(slot) === null);
  if (bad !== undefined) return `The slot of ${bad.volume} must be a station number from 1 to 10000.`;
  const states = new Set(judged.map(({ state }) => state));
  if (states.has('twice')) return 'A key or a slot is named twice.';
  if (states.has('elsewhere'))
    return 'A key can live in one station only: leave out those that live elsewhere.';
  if (states.has('replace') && !replace)
    return 'Slots would lose the key they have: allow that, or choose others.';
  if (!settings && !history && judged.every(({ state }) => state === 'same'))
    return 'Every key is in place already.';
  return null;
}

/** What the button does. */
export function restoreWords(judged: readonly JudgedPlacement[], history: boolean): string {
  const open = judged.filter(({ state }) => state !== 'same').length;
  if (!history) return `Restore ${plural(open, 'key')}`;
  return open === 0 ? 'Restore the history' : `Restore ${plural(open, 'key')} and the history`;
}

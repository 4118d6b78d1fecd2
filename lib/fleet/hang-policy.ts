/** When stations that stopped answering are restarted: late, a few at a time, not again and again. Pure. */
import type { FleetSettings } from '../contract/settings.ts';

export interface Hung {
  index: number;
  /** Since when it has not answered, milliseconds since the epoch. */
  sinceMs: number;
}

export interface HangInput {
  nowMs: number;
  hung: readonly Hung[];
  /** Stations whose containers run, the hung ones among them. */
  running: number;
  /** When each was restarted for this reason before, milliseconds since the epoch. */
  restarts: ReadonlyMap<number, readonly number[]>;
  settings: Pick<FleetSettings, 'hungRestartSeconds' | 'hungRestartsPerHour'>;
  /** At most so many at once. */
  width: number;
}

export interface HangDecision {
  restart: number[];
  /** Restarted as often as allowed and silent again. */
  givenUp: number[];
  /** Most stations are silent: then it is not the stations, and restarting them all would only cut more people. */
  heldBack: boolean;
}

const HOUR_MS = 3_600_000;

export function decideHung({ nowMs, hung, running, restarts, settings, width }: HangInput): HangDecision {
  const nothing: HangDecision = { restart: [], givenUp: [], heldBack: false };
  if (settings.hungRestartSeconds === 0) return nothing;
  const due = hung.filter(({ sinceMs }) => nowMs - sinceMs >= settings.hungRestartSeconds * 1000);
  if (due.length === 0) return nothing;
  // Also while only the first of them is due: the others are only seconds behind.
  if (hung.length > 1 && hung.length * 2 > running) return { ...nothing, heldBack: true };
  const recent = ({ index }: Hung) => (restarts.get(index) ?? []).filter((at) => nowMs - at < HOUR_MS).length;
  const mayRestart = due.filter((one) => recent(one) < settings.hungRestartsPerHour);
  return {
    restart: mayRestart
      .toSorted((a, b) => a.sinceMs - b.sinceMs)
      .slice(0, width)
      .map(({ index }) => index),
    givenUp: due.filter((one) => !mayRestart.includes(one)).map(({ index }) => index),
    heldBack: false,
  };
}

/** Restarts stations that stopped answering, by the policy in lib/fleet/hang-policy.ts, and says when it does not. */

import type { FleetSettings } from '../../lib/contract/settings.ts';
import type { Problem } from '../../lib/contract/snapshot.ts';
import { rollingWidth } from '../../lib/fleet/apply.ts';
import { decideHung, type HangDecision, type Hung } from '../../lib/fleet/hang-policy.ts';
import { plural } from '../../lib/format/count.ts';

export interface HungWatch {
  /** Told after each sample: who does not answer, of how many that run. */
  note(hung: readonly Hung[], running: number): void;
  problems(): Problem[];
}

export interface HungOptions {
  now: () => number;
  settings: () => FleetSettings;
  /** A job changes the fleet, or the engine is away: nothing is restarted meanwhile. */
  isBusy: () => boolean;
  restart: (stations: number[]) => void;
}

export function createHungWatch({ now, settings, isBusy, restart }: HungOptions): HungWatch {
  const restarts = new Map<number, number[]>();
  let decision: HangDecision = { restart: [], givenUp: [], heldBack: false };

  return {
    note(hung, running) {
      const width = rollingWidth(settings().count);
      decision = decideHung({ nowMs: now(), hung, running, restarts, settings: settings(), width });
      if (decision.restart.length === 0 || isBusy()) return;
      for (const station of decision.restart)
        restarts.set(station, [...(restarts.get(station) ?? []), now()].slice(-20));
      restart(decision.restart);
    },
    problems() {
      const problems: Problem[] = [];
      if (decision.heldBack)
        problems.push({
          code: 'stations-hung',
          severity: 'critical',
          title: 'Most stations do not answer',
          detail:
            'More than half of the stations have stopped answering at once, so they are not restarted: the cause is more likely the server or its network.',
          remedy: 'Look at the server’s load and memory. To restart them all the same: sudo conduit restart',
          station: null,
        });
      if (decision.givenUp.length > 0)
        problems.push({
          code: 'station-given-up',
          severity: 'warning',
          title: `${plural(decision.givenUp.length, 'station')} still silent after restarts`,
          detail: `${plural(decision.givenUp.length, 'station')} (${decision.givenUp.slice(0, 5).join(', ')}) stopped answering again and again; they are left alone until an hour has passed.`,
          remedy: `Look at the log: sudo ./conduit logs ${decision.givenUp[0]}`,
          station: decision.givenUp[0] ?? null,
        });
      return problems;
    },
  };
}

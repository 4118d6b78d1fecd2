/** The tuning in words for people. Pure; shared by the panel and the CLI. */
import type { TuningOutcome, TuningReport, TuningRow } from '../contract/tuning.ts';
import { plural } from './count.ts';

export const ROW_STATES: Record<TuningRow['state'], string> = {
  right: 'right',
  kept: 'kept',
  change: 'to change',
  waiting: 'from its next start',
  impossible: 'not possible here',
};

export const OUTCOMES: Record<TuningOutcome['outcome'], string> = {
  applied: 'set',
  right: 'already right',
  kept: 'kept',
  waiting: 'from its next start',
  impossible: 'not possible here',
  restored: 'put back',
};

/** Not as wanted, not by us, not for long or not yet: what somebody should look at. */
export function isUnsettled({ state, drift, lost }: TuningRow): boolean {
  return state === 'change' || state === 'waiting' || drift || lost !== null;
}

/** How the whole of it stands, one sentence. */
export function tuningSentence({ rows, interrupted, verified }: TuningReport): string {
  const open = rows.filter(({ state }) => state === 'change').length;
  const drifted = rows.filter(({ drift }) => drift).length;
  if (interrupted) return 'The last change did not get to its end; applying or reverting puts it right.';
  if (drifted > 0)
    return `${plural(drifted, 'value was', 'values were')} changed by something else since the last apply.`;
  if (open > 0) return `${plural(open, 'value')} can be better for this number of sessions.`;
  const lost = rows.filter((row) => row.lost !== null).length;
  if (lost > 0) return `${plural(lost, 'value')} will not hold after the next start of the server.`;
  const waiting = rows.filter(({ state }) => state === 'waiting').map(({ key }) => key);
  if (waiting.length > 0)
    return `All is set; ${waiting.join(' and ')} hold${waiting.length === 1 ? 's' : ''} from the next start of the service.`;
  if (verified) return 'All values are as wanted, and stay so over a restart.';
  return 'All values are as wanted; nothing of ours is in place.';
}

/** How many rows stand how, for example `21 set, 6 already right`. */
export function outcomesSentence(outcomes: readonly TuningOutcome[]): string {
  const words = (Object.keys(OUTCOMES) as TuningOutcome['outcome'][]).flatMap((one) => {
    const count = outcomes.filter(({ outcome }) => outcome === one).length;
    return count === 0 ? [] : [`${count} ${OUTCOMES[one]}`];
  });
  return words.length === 0 ? 'nothing to do' : words.join(', ');
}

/** What holds after the next start of the server, where that is worth saying; null otherwise. */
export function bootWords({ boot, original, lost }: TuningRow): string | null {
  if (lost !== null) return lost;
  return boot?.path === null && original !== null ? 'stays over restarts' : null;
}

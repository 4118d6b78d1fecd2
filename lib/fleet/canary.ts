/** One station tries another image: which one, and how it is doing. Pure. */
import type { StationSnapshot } from '../contract/snapshot.ts';
import { formatDuration } from '../format/time.ts';

export interface Applicant {
  station: number;
  running: boolean;
  connected: number;
  /** Why it may not be replaced; null when it may. */
  obstacle: string | null;
}

/** Where a failure hurts the fewest people: the least loaded of those that run. @returns null when none may be replaced */
export function chooseCanary(applicants: readonly Applicant[]): number | null {
  const [first] = applicants
    .filter(({ obstacle }) => obstacle === null)
    .sort(
      (a, b) => Number(b.running) - Number(a.running) || a.connected - b.connected || a.station - b.station,
    );
  return first?.station ?? null;
}

/** What can be seen of a station at one moment. */
export interface CanaryLook {
  /** Of its container; null when there is none. */
  engineState: string | null;
  exitCode: number | null;
  /** Of this container, by the engine. */
  restarts: number;
  /** Proxy ID of its key; null while there is no sound one. */
  proxyId: string | null;
  /** What it says of itself; null while it says nothing. */
  report: Pick<StationSnapshot, 'live' | 'announcing' | 'connected'> | null;
}

export interface CanaryWatch {
  /** Proxy ID before; null when it had none yet. */
  proxyId: string | null;
  /** Since its container was started. */
  sinceStartMs: number;
  /** For how long it has been well without a break; null while it is not. */
  wellForMs: number | null;
  liveWithinMs: number;
  steadyMs: number;
}

export type CanaryVerdict =
  | { state: 'waiting'; why: string }
  | { state: 'passed' }
  | { state: 'failed'; why: string };

/** It does what stations are for, as far as its version says: versions before 1.4 do not say whether they announce. */
export function isWell({ engineState, report, restarts }: CanaryLook): boolean {
  if (engineState !== 'running' || restarts > 0 || report === null || report.live === false) return false;
  return report.announcing === null || report.announcing > 0 || report.connected > 0;
}

export function judgeCanary(look: CanaryLook, watch: CanaryWatch): CanaryVerdict {
  const failed = (why: string): CanaryVerdict => ({ state: 'failed', why });
  const { engineState, restarts, proxyId } = look;
  if (engineState === null) return failed('its container is gone');
  if (engineState !== 'running' || restarts > 0)
    return failed(`it ended by itself${look.exitCode === null ? '' : ` (exit code ${look.exitCode})`}`);
  if (watch.proxyId !== null && proxyId !== null && proxyId !== watch.proxyId)
    return failed(`its key is another: Proxy ID ${watch.proxyId} became ${proxyId}`);
  if (watch.proxyId !== null && proxyId === null) return failed('its key is gone or damaged');
  if (watch.wellForMs !== null) {
    if (watch.wellForMs >= watch.steadyMs) return { state: 'passed' };
    const left = Math.ceil((watch.steadyMs - watch.wellForMs) / 1000);
    return { state: 'waiting', why: `It is live; watched for ${left} s more.` };
  }
  const lacks = whatItLacks(look);
  if (watch.sinceStartMs >= watch.liveWithinMs)
    return failed(`${lacks} ${formatDuration(watch.liveWithinMs)} after its start`);
  return { state: 'waiting', why: `${lacks.replace(/^it/, 'It')} yet.` };
}

function whatItLacks({ report }: CanaryLook): string {
  if (report === null) return 'it has said nothing of itself';
  if (report.live === false) return 'it has not reached the Psiphon network';
  return 'it is live but announces nothing';
}

/** The last line that says something, for a sentence: no figures, no time stamp. @returns null when there is none */
export function lastWords(lines: readonly string[]): string | null {
  const telling = lines.filter((line) => line.trim() !== '' && !line.includes('[STATS]'));
  // A command line that was refused is followed by its whole usage.
  const error = telling.findLast((line) => /^(?:\S+ \S+ )?(?:\[?error\b|panic:|fatal\b)/i.test(line));
  const line = error ?? telling.at(-1);
  return line === undefined
    ? null
    : line
        .replace(/^\d{4}-\d{2}-\d{2}[T ][\d:.Z]+ /, '')
        .trim()
        .slice(0, 300);
}

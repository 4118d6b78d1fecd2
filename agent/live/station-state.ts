/** What state a station is in, and why, in words. */
import type { StationStateName } from '../../lib/contract/snapshot.ts';
import { formatAgo, formatDuration } from '../../lib/format/time.ts';
import type { StationHealth } from '../fleet/rotation.ts';
import { isCrashLooping, probationMs, type StationTrack } from './station-track.ts';

export interface StationVerdict {
  state: StationStateName;
  reason: string | null;
}

const FAILURES_UNTIL_SILENT = 3;
/** A station that has said nothing for this long after its start is not starting any more. */
const START_PATIENCE_MS = 60_000;
/** How long a restart is worth mentioning. */
const RESTART_NEWS_MS = 60_000;

export function judgeStation(track: StationTrack, nowMs: number): StationVerdict {
  const { runtime } = track;
  const running = runtime.engineState === 'running';
  if (!runtime.wanted) return { state: 'extra', reason: 'Above the wanted count; it is on its way out.' };
  if (running) return judgeRunning(track, nowMs);
  if (runtime.stoppedByOperator) return { state: 'stopped', reason: 'Stopped by the operator.' };
  if (runtime.blockedReason !== null) return { state: 'blocked', reason: runtime.blockedReason };
  const ago = formatAgo(track.lastExit?.atMs ?? nowMs, nowMs);
  const code = runtime.exitCode ?? track.lastExit?.code ?? null;
  switch (runtime.engineState) {
    case 'restarting':
      return { state: 'restarting', reason: `${exited(code)}, ${ago}; Docker restarts it${often(track)}.` };
    case 'missing':
      return { state: 'missing', reason: 'It has no container yet.' };
    case 'created':
      return { state: 'exited', reason: 'Its container was created but has not been started.' };
    case 'paused':
      return {
        state: 'exited',
        reason: `Its container was paused by hand; \`docker unpause ${runtime.name}\` lets it go on.`,
      };
    case 'dead':
      return { state: 'exited', reason: 'Docker could not remove its container completely.' };
    default:
      return { state: 'exited', reason: `${exited(code)}, ${ago}.` };
  }
}

/** Whether what it last said still holds. */
export function isAnswering(track: StationTrack): boolean {
  return track.epoch !== null && track.reading !== null && track.failures < FAILURES_UNTIL_SILENT;
}

/** Whether it may have clients, by its own word; the balancer asks. */
export function healthOf(track: StationTrack): StationHealth {
  const { runtime, reading } = track;
  if (track.epoch === null) return { health: 'unknown', complaint: null };
  if (track.distrusted) return { health: 'ill', complaint: doubt(track) };
  // An older image without metrics says nothing before its first client; that is no failure.
  if (reading === null)
    return { health: runtime.metricsEndpoint === null ? 'well' : 'unknown', complaint: null };
  if (reading.live === false) return { health: 'ill', complaint: 'It has not reached the Psiphon network.' };
  return { health: 'well', complaint: null };
}

function doubt(track: StationTrack): string {
  if (track.silentSinceMs !== null || probationMs(track) === 0) return 'It does not answer.';
  return `It failed ${track.lapsedAtMs.length} times lately, and gets clients again when it has answered for ${formatDuration(probationMs(track))}.`;
}

function judgeRunning(track: StationTrack, nowMs: number): StationVerdict {
  const sinceMs = Math.max(0, nowMs - (track.runtime.startedAtMs ?? nowMs));
  if (track.reading === null) return judgeSilent(track, sinceMs, nowMs);
  if (!isAnswering(track))
    return { state: 'unresponsive', reason: 'Its container runs, but it stopped answering.' };
  if (track.reading.live === false) {
    const waited = sinceMs < START_PATIENCE_MS ? '' : ` after ${formatDuration(sinceMs)}`;
    return { state: 'starting', reason: `It has not reached the Psiphon network yet${waited}.` };
  }
  return { state: 'running', reason: restartNews(track, sinceMs, nowMs) };
}

function judgeSilent(track: StationTrack, sinceMs: number, nowMs: number): StationVerdict {
  if (sinceMs < START_PATIENCE_MS) return { state: 'starting', reason: restartNews(track, sinceMs, nowMs) };
  const duration = formatDuration(sinceMs);
  // An older image without metrics says nothing before its first client; that is no failure.
  if (track.runtime.metricsEndpoint === null)
    return { state: 'starting', reason: `It has reported nothing in the ${duration} since it started.` };
  return { state: 'unresponsive', reason: `It has not answered in the ${duration} since it started.` };
}

function restartNews(track: StationTrack, sinceMs: number, nowMs: number): string | null {
  if (track.runtime.restarts === 0 || sinceMs >= RESTART_NEWS_MS) return null;
  const code = track.lastExit?.code ?? null;
  const why = code === null ? '' : `, after it exited with code ${code}`;
  return `Docker restarted it ${formatAgo(nowMs - sinceMs, nowMs)}${why}${often(track)}.`;
}

function exited(code: number | null): string {
  if (code === 137) return 'Killed (exit code 137: out of memory, or by hand)';
  return code === null ? 'Exited' : `Exited with code ${code}`;
}

function often(track: StationTrack): string {
  return isCrashLooping(track) ? `, ${track.restartedAtMs.length} times in the last five minutes` : '';
}

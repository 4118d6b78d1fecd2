/** What the sampler remembers of one station from one tick to the next. */
import type { CgroupMeter, Usage } from '../../lib/stations/cgroup.ts';
import type { Ingress } from '../../lib/stations/ingress.ts';
import type { RegionMetrics } from '../../lib/stations/metrics.ts';
import type { StationRuntime } from '../fleet/service.ts';
import { createRateWindow, type RateWindow } from './rate-window.ts';

/** What a station said of itself, from whichever source its image has. */
export interface Reading {
  source: 'metrics' | 'stats-file' | 'log';
  connected: number;
  connecting: number;
  announcing: number | null;
  live: boolean | null;
  uploadedBytes: number;
  downloadedBytes: number;
  processStartSeconds: number | null;
  /** Null where the image does not tell countries apart. */
  regions: readonly RegionMetrics[] | null;
}

export interface StationTrack {
  runtime: StationRuntime;
  /** One start of one container; null while it does not run. */
  epoch: string | null;
  /** The last answer within this epoch. */
  reading: Reading | null;
  /** Questions in a row without an answer, and with one. */
  failures: number;
  answers: number;
  /** It fell silent or ended by itself, and has not answered for long enough since to be trusted again. */
  distrusted: boolean;
  /** When it did so lately; and since when it has answered without a miss, null while it does not. */
  lapsedAtMs: number[];
  soundSinceMs: number | null;
  /** When it fell silent; null while it answers. */
  silentSinceMs: number | null;
  /** Whether it listens where the balancer would send clients to, and when that was looked at. */
  ingress: Ingress;
  ingressAtMs: number;
  /** A question is under way. */
  asking: boolean;
  /** Wall clock of the last look into the log; 0 for never. */
  logReadAtMs: number;
  upgradeRequired: boolean;
  /** Open files of its control group. */
  meter: CgroupMeter | null;
  usage: Usage | null;
  uploaded: RateWindow;
  downloaded: RateWindow;
  cpu: RateWindow;
  /** How it last ended, and when that was first seen. */
  lastExit: { code: number | null; atMs: number } | null;
  /** When the engine restarted it of its own accord, the recent ones. */
  restartedAtMs: number[];
}

const CRASH_LOOP_MS = 5 * 60_000;
const CRASH_LOOP_RESTARTS = 3;

export function createTrack(runtime: StationRuntime): StationTrack {
  return {
    runtime,
    epoch: null,
    reading: null,
    failures: 0,
    answers: 0,
    distrusted: false,
    lapsedAtMs: [],
    soundSinceMs: null,
    silentSinceMs: null,
    ingress: 'unknown',
    ingressAtMs: 0,
    asking: false,
    logReadAtMs: 0,
    upgradeRequired: false,
    meter: null,
    usage: null,
    uploaded: createRateWindow(),
    downloaded: createRateWindow(),
    cpu: createRateWindow(),
    lastExit: null,
    restartedAtMs: [],
  };
}

/** Takes in what the engine says now; everything known of an earlier start is forgotten. */
export function followRuntime(track: StationTrack, runtime: StationRuntime, nowMs: number): void {
  const before = track.runtime;
  track.runtime = runtime;
  if (runtime.containerId === before.containerId) {
    if (runtime.restarts > before.restarts) {
      track.restartedAtMs.push(nowMs);
      track.lapsedAtMs.push(nowMs);
    }
  } else {
    track.restartedAtMs = [];
    track.lapsedAtMs = [];
    track.lastExit = null;
  }
  track.restartedAtMs = recent(track.restartedAtMs, nowMs, CRASH_LOOP_MS);
  track.lapsedAtMs = recent(track.lapsedAtMs, nowMs, LAPSE_MEMORY_MS);
  const ended = runtime.engineState === 'exited' || runtime.engineState === 'restarting';
  const endedBefore = before.engineState === runtime.engineState && before.restarts === runtime.restarts;
  if (ended && (track.lastExit === null || !endedBefore))
    track.lastExit = { code: runtime.exitCode, atMs: nowMs };

  const epoch = epochOf(runtime);
  if (epoch === track.epoch) return;
  track.epoch = epoch;
  track.reading = null;
  track.failures = 0;
  track.answers = 0;
  track.distrusted = probationMs(track) > 0;
  track.soundSinceMs = null;
  track.silentSinceMs = null;
  track.ingress = 'unknown';
  track.ingressAtMs = 0;
  track.logReadAtMs = 0;
  track.upgradeRequired = false;
  track.meter?.close();
  track.meter = null;
  track.usage = null;
  track.uploaded.clear();
  track.downloaded.clear();
  track.cpu.clear();
}

function recent(times: number[], nowMs: number, memoryMs: number): number[] {
  return times.every((at) => nowMs - at < memoryMs) ? times : times.filter((at) => nowMs - at < memoryMs);
}

/** Names one start of one container; null while it does not run. */
export function epochOf(runtime: StationRuntime): string | null {
  if (runtime.engineState !== 'running' || runtime.containerId === null) return null;
  return `${runtime.containerId.slice(0, 12)}:${runtime.startedAtMs ?? 0}`;
}

const LAPSE_MEMORY_MS = 30 * 60_000;
const FIRST_PROBATION_MS = 15_000;
const LONGEST_PROBATION_MS = 5 * 60_000;

/**
 * How long a station has to answer without a miss before it may have clients again. One that flaps costs a reload of
 * nginx each time it leaves and each time it returns, and each reload leaves workers behind that finish old sessions.
 */
export function probationMs({ lapsedAtMs }: Pick<StationTrack, 'lapsedAtMs'>): number {
  const again = lapsedAtMs.length - 1;
  return again < 1 ? 0 : Math.min(LONGEST_PROBATION_MS, FIRST_PROBATION_MS * 2 ** (again - 1));
}

/** Two misses in a row are no accident of a busy moment; two answers in a row end the doubt. */
const MISSES_UNTIL_DISTRUST = 2;
const ANSWERS_UNTIL_TRUST = 2;

/**
 * The answer to a question that was asked in this epoch; null is no answer.
 * @param atMs monotonic, for rates
 * @param nowMs since the epoch
 */
export function takeReading(track: StationTrack, reading: Reading | null, atMs: number, nowMs: number): void {
  if (reading === null) {
    track.failures++;
    track.answers = 0;
    track.soundSinceMs = null;
    track.silentSinceMs ??= nowMs;
    if (track.failures < MISSES_UNTIL_DISTRUST || track.distrusted) return;
    track.distrusted = true;
    // One that has not answered yet since its start has not failed anybody.
    if (track.reading !== null) track.lapsedAtMs.push(nowMs);
    return;
  }
  track.failures = 0;
  track.silentSinceMs = null;
  track.soundSinceMs ??= nowMs;
  if (++track.answers >= ANSWERS_UNTIL_TRUST && nowMs - track.soundSinceMs >= probationMs(track))
    track.distrusted = false;
  track.reading = reading;
  track.uploaded.add(atMs, reading.uploadedBytes);
  track.downloaded.add(atMs, reading.downloadedBytes);
}

/** Three restarts in five minutes are no accident. */
export function isCrashLooping(track: StationTrack): boolean {
  return track.restartedAtMs.length >= CRASH_LOOP_RESTARTS;
}

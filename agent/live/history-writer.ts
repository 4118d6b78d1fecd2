/** Writes what the recorder and the tracker gather: a frame each ten seconds, roll-ups when a minute is over, and forgets what is old. */
import type { Logger } from 'pino';
import type { HistoryStore } from '../../db/history.ts';
import { countryKey } from '../../lib/history/country-key.ts';
import {
  createRecorder,
  type Observation,
  type Recorder,
  type Recording,
} from '../../lib/history/recorder.ts';
import { bucketStart, MINUTE_SECONDS } from '../../lib/history/tiers.ts';
import { splitWindow } from '../../lib/history/tracked.ts';
import type { RegionMetrics } from '../../lib/stations/metrics.ts';
import type { TrackerWindow } from '../tracker/service.ts';
import { createHistoryUpkeep } from './history-upkeep.ts';
import type { JudgedStation } from './snapshot.ts';

export interface HistoryWriter {
  /** @param atMs when the stations were as they are here, milliseconds since the epoch */
  observe(atMs: number, stations: readonly JudgedStation[]): void;
  observeTracker(window: TrackerWindow): void;
  /** Why nothing is written, in words; null while all is well. */
  problem(): string | null;
  /** Stores what is still in memory. */
  close(): void;
}

/** Silence between two samples that is still one observation. */
const MAX_GAP_MS = 15_000;
/** What cannot be written (a full disk) is kept for this many frames, then dropped. */
const MAX_PENDING = 120;

type Work = 'read' | 'write' | 'keep';
const WORDS: Record<Work, Record<'failed' | 'meanwhile' | 'works', string>> = {
  read: {
    failed: 'History cannot be read',
    meanwhile: 'nothing is recorded until it can',
    works: 'history is read again',
  },
  write: {
    failed: 'History cannot be written',
    meanwhile: `the last ${MAX_PENDING} figures are kept in memory`,
    works: 'history is written again',
  },
  keep: {
    failed: 'History cannot be rolled up, nor what is old be forgotten',
    meanwhile: 'figures are recorded, and it is tried again every few seconds',
    works: 'history is rolled up again',
  },
};

export function createHistoryWriter({
  store,
  log,
  now,
  tickMs,
  maxBytes,
}: {
  store: HistoryStore;
  log: Logger;
  now: () => number;
  tickMs: number;
  /** What the database may hold. */
  maxBytes: () => number;
}): HistoryWriter {
  const maxGapMs = Math.max(MAX_GAP_MS, 3 * tickMs);
  const seconds = () => Math.floor(now() / 1000);
  let pending: Recording[] = [];
  /** First and last frame since the last roll-up. */
  let unrolled: { first: number; last: number } | null = null;
  const problems = new Map<Work, string>();
  let early = false;
  /** Whether what an earlier run left is rolled up; a full disk hinders that, and must not hinder recording. */
  let caughtUp = false;
  // Nobody waits for it to be read before the first sample.
  let recorder: Recorder | null = null;
  const upkeep = createHistoryUpkeep(
    store,
    (pruned) => {
      if (pruned.early && !early)
        log.warn('the database is as large as it may be; the finest history goes early');
      early = pruned.early;
    },
    maxBytes,
  );

  /** What fails is said once, holds nobody up, and is tried again. @returns whether it worked */
  function attempt(work: Work, doIt: () => void): boolean {
    try {
      doIt();
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      if (!problems.has(work)) log.error({ err: error }, WORDS[work].failed);
      problems.set(work, `${WORDS[work].failed} (${words}); ${WORDS[work].meanwhile}.`);
      return false;
    }
    if (problems.delete(work)) log.info(WORDS[work].works);
    return true;
  }

  /** Null while the record cannot be read. */
  function recorderOf(): Recorder | null {
    if (recorder !== null) return recorder;
    attempt('read', () => {
      const oldest = store.oldest();
      recorder = createRecorder({
        counters: store.counters(),
        watchedSinceMs: oldest === null ? now() : oldest * 1000,
        maxGapMs,
      });
    });
    return recorder;
  }

  function save(recording: Recording): void {
    pending.push(recording);
    for (const { at } of recording.frames)
      unrolled =
        unrolled === null
          ? { first: at, last: at }
          : { first: Math.min(unrolled.first, at), last: Math.max(unrolled.last, at) };
    if (attempt('write', () => store.record(pending))) pending = [];
    else pending = pending.slice(-MAX_PENDING);
  }

  /** Rolls up the minutes that were left; a clock that is set back leaves its minute, too. */
  function endMinutes(atMs: number): void {
    if (pending.length > 0 || unrolled === null) return;
    if (minuteOf(atMs / 1000) === minuteOf(unrolled.last)) return;
    const ended = { from: minuteOf(unrolled.first), to: minuteOf(unrolled.last) + MINUTE_SECONDS };
    unrolled = null;
    // Where a tick is as long as a minute, its steps are all due now.
    attempt('keep', () => upkeep.finish(seconds()));
    upkeep.owe(ended);
  }

  return {
    observe(atMs, stations) {
      const recording = recorderOf()?.observe(atMs, stations.map(toObservation)) ?? null;
      if (recording !== null) {
        save(recording);
        endMinutes(atMs);
      }
      attempt('keep', () => {
        if (!caughtUp) store.catchUp(seconds());
        caughtUp = true;
        upkeep.step(Math.floor(atMs / 1000));
      });
    },
    observeTracker(window) {
      if (recorderOf() !== null) save({ frames: splitWindow(window), counters: [] });
    },
    problem: () => [...problems.values()][0] ?? null,
    close() {
      const recording = recorder?.close() ?? null;
      if (recording !== null) save(recording);
    },
  };
}

function minuteOf(seconds: number): number {
  return bucketStart(seconds, MINUTE_SECONDS);
}

function toObservation({ track, verdict, snapshot }: JudgedStation): Observation {
  const { epoch, reading, runtime } = track;
  const regions = reading?.regions?.map(keyed) ?? null;
  return {
    station: snapshot.index,
    known: verdict.state !== 'unresponsive',
    connected: snapshot.connected,
    connecting: snapshot.connecting,
    running: verdict.state === 'running',
    regions,
    counter:
      epoch === null || reading === null
        ? null
        : {
            epoch,
            startedAtMs: runtime.startedAtMs ?? 0,
            processStartSeconds: reading.processStartSeconds,
            uploadedBytes: reading.uploadedBytes,
            downloadedBytes: reading.downloadedBytes,
            regions,
          },
  };
}

function keyed(region: RegionMetrics) {
  return {
    key: countryKey(region.code, region.scope === 'personal'),
    connected: region.connected,
    connecting: region.connecting,
    uploadedBytes: Math.round(region.uploadedBytes),
    downloadedBytes: Math.round(region.downloadedBytes),
  };
}

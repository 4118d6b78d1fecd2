/** Writes what the recorder gathers: a row each ten seconds, minutes when they are over, and forgets what is old. */
import type { Logger } from 'pino';
import type { HistoryStore } from '../../db/history.ts';
import type { HistorySeries } from '../../lib/contract/history.ts';
import type { Parsed } from '../../lib/contract/operations.ts';
import { planQuery, toSeries } from '../../lib/history/query.ts';
import {
  createRecorder,
  type Observation,
  type Recorder,
  type Recording,
} from '../../lib/history/recorder.ts';
import { MINUTE_SECONDS } from '../../lib/history/row.ts';
import type { JudgedStation } from './snapshot.ts';

export interface HistoryWriter {
  /** @param atMs when the stations were as they are here, milliseconds since the epoch */
  observe(atMs: number, stations: readonly JudgedStation[]): void;
  query(query: Parsed<'history.query'>): HistorySeries;
  /** Stores what is still in memory. */
  close(): void;
}

/** Silence between two samples that is still one observation. */
const MAX_GAP_MS = 15_000;
/** What cannot be written (a full disk) is kept for this many rows a series, then dropped. */
const MAX_PENDING = 60;

export function createHistoryWriter({
  store,
  log,
  now,
  tickMs,
}: {
  store: HistoryStore;
  log: Logger;
  now: () => number;
  tickMs: number;
}): HistoryWriter {
  const maxGapMs = Math.max(MAX_GAP_MS, 3 * tickMs);
  const seconds = () => Math.floor(now() / 1000);
  let pending: Recording[] = [];
  /** First and last row since the last roll-up. */
  let unrolled: { first: number; last: number } | null = null;
  // Reading what an earlier run left takes a moment, and nobody waits for it before the first sample.
  let recorder: Recorder | null = null;

  function begin(): Recorder {
    store.catchUp(seconds());
    const oldest = store.oldest();
    return createRecorder({
      counters: store.counters(),
      watchedSinceMs: oldest === null ? now() : oldest * 1000,
      maxGapMs,
    });
  }

  function save(recording: Recording): void {
    pending.push(recording);
    for (const { at } of recording.rows)
      unrolled =
        unrolled === null
          ? { first: at, last: at }
          : { first: Math.min(unrolled.first, at), last: Math.max(unrolled.last, at) };
    try {
      store.record(pending);
      if (pending.length > 1) log.info('history is written again');
      pending = [];
    } catch (error) {
      if (pending.length === 1) log.error({ err: error }, 'history cannot be written; it is kept in memory');
      pending = pending.slice(-MAX_PENDING);
    }
  }

  /** Rolls up the minutes that were left; a clock that is set back leaves its minute, too. */
  function endMinutes(atMs: number): void {
    if (pending.length > 0 || unrolled === null) return;
    const to = minuteOf(unrolled.last) + MINUTE_SECONDS;
    if (minuteOf(atMs / 1000) === minuteOf(unrolled.last)) return;
    store.rollUp(minuteOf(unrolled.first), to);
    store.prune(seconds());
    unrolled = null;
  }

  return {
    observe(atMs, stations) {
      recorder ??= begin();
      const recording = recorder.observe(atMs, stations.map(toObservation));
      if (recording === null) return;
      save(recording);
      endMinutes(atMs);
    },
    query(query) {
      const plan = planQuery(query, now());
      return toSeries(plan, store.read(plan, seconds()));
    },
    close() {
      const recording = recorder?.close() ?? null;
      if (recording !== null) save(recording);
    },
  };
}

function minuteOf(seconds: number): number {
  return Math.floor(seconds / MINUTE_SECONDS) * MINUTE_SECONDS;
}

function toObservation({ track, verdict, snapshot }: JudgedStation): Observation {
  const { epoch, reading, runtime } = track;
  return {
    station: snapshot.index,
    known: verdict.state !== 'unresponsive',
    connected: snapshot.connected,
    connecting: snapshot.connecting,
    running: verdict.state === 'running',
    counter:
      epoch === null || reading === null
        ? null
        : {
            epoch,
            startedAtMs: runtime.startedAtMs ?? 0,
            processStartSeconds: reading.processStartSeconds,
            uploadedBytes: reading.uploadedBytes,
            downloadedBytes: reading.downloadedBytes,
          },
  };
}

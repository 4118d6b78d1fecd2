/**
 * The time series at rest. Statements are prepared once: forty-one rows are written every ten seconds, for ever.
 */
import type { StationCounter } from '../lib/history/counters.ts';
import type { QueryPlan } from '../lib/history/query.ts';
import type { Recording } from '../lib/history/recorder.ts';
import {
  FLEET_SERIES,
  type HistoryRow,
  KEEP_FINE_SECONDS,
  KEEP_MINUTES_SECONDS,
  MINUTE_SECONDS,
} from '../lib/history/row.ts';
import type { Db } from './open.ts';

export interface HistoryStore {
  counters(): StationCounter[];
  /** When the first row that is still kept was written, seconds since the epoch; null on a new server. */
  oldest(): number | null;
  /** Adds to what a bucket already holds: one that was closed early, or that a clock set back meets again. */
  record(recordings: readonly Recording[]): void;
  /** Computes every minute in the range anew from its 10-second rows; any number of times gives the same. */
  rollUp(from: number, to: number): void;
  /** Rolls up what an interrupted run left behind, up to the minute of `now` (seconds). */
  catchUp(now: number): void;
  /** Forgets what is too old, a bounded number of rows a call. */
  prune(now: number): void;
  /** One row a bucket that has any, `at` being the bucket's start. */
  read(plan: QueryPlan, now: number): HistoryRow[];
}

const COLUMNS =
  'series, at, seconds, connected_seconds, connected_max, connecting_seconds, running_seconds, uploaded_bytes, downloaded_bytes';
const SUMS = `sum(seconds), sum(connected_seconds), max(connected_max), sum(connecting_seconds),
  sum(running_seconds), sum(uploaded_bytes), sum(downloaded_bytes)`;
const AS_ROW = `series, at, seconds, connected_seconds AS connectedSeconds, connected_max AS connectedMax,
  connecting_seconds AS connectingSeconds, running_seconds AS runningSeconds,
  uploaded_bytes AS uploadedBytes, downloaded_bytes AS downloadedBytes`;
/** Time of one series that is forgotten in one go. */
const PRUNE_SECONDS = 3600;

const ADD = `INSERT INTO history_10s (${COLUMNS})
  VALUES (@series, @at, @seconds, @connectedSeconds, @connectedMax, @connectingSeconds, @runningSeconds, @uploadedBytes, @downloadedBytes)
  ON CONFLICT DO UPDATE SET seconds = seconds + excluded.seconds,
    connected_seconds = connected_seconds + excluded.connected_seconds,
    connected_max = max(connected_max, excluded.connected_max),
    connecting_seconds = connecting_seconds + excluded.connecting_seconds,
    running_seconds = running_seconds + excluded.running_seconds,
    uploaded_bytes = uploaded_bytes + excluded.uploaded_bytes,
    downloaded_bytes = downloaded_bytes + excluded.downloaded_bytes`;

/**
 * A minute is replaced only by one that saw at least as much: after its 10-second rows are pruned, a clock that was
 * set back must not leave less of it.
 */
const ROLL_UP = `INSERT INTO history_1m (${COLUMNS})
  SELECT series, at - at % ${MINUTE_SECONDS}, ${SUMS} FROM history_10s
  WHERE series = @series AND at >= @from AND at < @to GROUP BY 2
  ON CONFLICT DO UPDATE SET seconds = excluded.seconds, connected_seconds = excluded.connected_seconds,
    connected_max = excluded.connected_max, connecting_seconds = excluded.connecting_seconds,
    running_seconds = excluded.running_seconds, uploaded_bytes = excluded.uploaded_bytes,
    downloaded_bytes = excluded.downloaded_bytes
  WHERE excluded.seconds >= history_1m.seconds`;

const SAVE_COUNTER = `INSERT INTO station_counters (station, epoch, process_start_seconds, uploaded_bytes, downloaded_bytes)
  VALUES (@station, @epoch, @processStartSeconds, @uploadedBytes, @downloadedBytes)
  ON CONFLICT DO UPDATE SET epoch = excluded.epoch, process_start_seconds = excluded.process_start_seconds,
    uploaded_bytes = excluded.uploaded_bytes, downloaded_bytes = excluded.downloaded_bytes`;

export function openHistoryStore(db: Db): HistoryStore {
  const client = db.$client;
  const add = client.prepare(ADD);
  const saveCounter = client.prepare(SAVE_COUNTER);
  const rollUpSeries = client.prepare(ROLL_UP);
  const readFine = client.prepare(bucketed('history_10s'));
  const readMinutes = client.prepare(bucketed(minutesAndTail()));
  const rolledUpTo = client
    .prepare(`SELECT max(at) + ${MINUTE_SECONDS} FROM history_1m WHERE series = ? AND at <= ?`)
    .pluck();
  const selectCounters = client.prepare(
    `SELECT station, epoch, process_start_seconds AS processStartSeconds,
       uploaded_bytes AS uploadedBytes, downloaded_bytes AS downloadedBytes FROM station_counters`,
  );
  const oldest = client
    .prepare(
      `SELECT min(at) FROM (SELECT min(at) AS at FROM history_1m WHERE series = 0
         UNION ALL SELECT min(at) FROM history_10s WHERE series = 0)`,
    )
    .pluck();
  const tiers = [
    { keep: KEEP_FINE_SECONDS, ...pruning('history_10s') },
    { keep: KEEP_MINUTES_SECONDS, ...pruning('history_1m') },
  ];

  /** Series that have rows, found by leaping through the primary key. */
  function pruning(table: string) {
    return {
      series: client.prepare(seriesOf(table)).pluck(),
      remove: client.prepare(
        `DELETE FROM ${table} WHERE series = @series
           AND at < min(@before, (SELECT min(at) FROM ${table} WHERE series = @series) + ${PRUNE_SECONDS})`,
      ),
    };
  }

  const fineSeries = client.prepare(seriesOf('history_10s')).pluck();
  const rollUp = client.transaction((from: number, to: number) => {
    for (const series of fineSeries.all()) rollUpSeries.run({ series, from, to });
  });
  const record = client.transaction((recordings: readonly Recording[]) => {
    for (const { rows, counters } of recordings) {
      for (const row of rows) add.run(row);
      for (const counter of counters) saveCounter.run(counter);
    }
  });
  const prune = client.transaction((now: number) => {
    for (const { keep, series, remove } of tiers) {
      const before = minuteOf(now - keep);
      for (const one of series.all()) remove.run({ series: one, before });
    }
  });

  return {
    counters: () => selectCounters.all() as StationCounter[],
    oldest: () => oldest.get() as number | null,
    record: (recordings) => record.immediate(recordings),
    rollUp: (from, to) => rollUp.immediate(from, to),
    catchUp(now) {
      const done = (rolledUpTo.get(FLEET_SERIES, now) as number | null) ?? 0;
      // The last minute that was rolled up may have been added to since.
      rollUp.immediate(done - MINUTE_SECONDS, minuteOf(now));
    },
    prune: (now) => prune.immediate(now),
    read(plan, now) {
      const { series, from, to, bucketSeconds: width } = plan;
      if (plan.tier === 'fine') return readFine.all({ series, from, to, width }) as HistoryRow[];
      const edge = (rolledUpTo.get(series, now) as number | null) ?? 0;
      return readMinutes.all({ series, from, to, width, edge }) as HistoryRow[];
    },
  };
}

function minuteOf(seconds: number): number {
  return Math.floor(seconds / MINUTE_SECONDS) * MINUTE_SECONDS;
}

function seriesOf(table: string): string {
  return `WITH RECURSIVE leap(series) AS (
      SELECT min(series) FROM ${table}
      UNION ALL SELECT (SELECT min(series) FROM ${table} WHERE series > leap.series) FROM leap WHERE leap.series IS NOT NULL)
    SELECT series FROM leap WHERE series IS NOT NULL`;
}

/** Minutes as far as they are rolled up, then the 10-second rows of the minute that is still open. */
function minutesAndTail(): string {
  return `(SELECT * FROM history_1m WHERE series = @series AND at >= @from AND at < min(@to, @edge)
    UNION ALL SELECT * FROM history_10s WHERE series = @series AND at >= max(@from, @edge) AND at < @to)`;
}

function bucketed(source: string): string {
  return `SELECT ${AS_ROW} FROM (SELECT series, at - at % @width AS at, sum(seconds) AS seconds,
      sum(connected_seconds) AS connected_seconds, max(connected_max) AS connected_max,
      sum(connecting_seconds) AS connecting_seconds, sum(running_seconds) AS running_seconds,
      sum(uploaded_bytes) AS uploaded_bytes, sum(downloaded_bytes) AS downloaded_bytes
    FROM ${source} WHERE series = @series AND at >= @from AND at < @to GROUP BY 2) ORDER BY at`;
}

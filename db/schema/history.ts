import { integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * Time series. `series` 0 is the fleet, n is station n; `at` is the start of the bucket in SECONDS since the epoch.
 * Client counts are sums of client-seconds over `seconds` observed, so that roll-ups add up exactly; bytes are
 * what moved in the bucket. One table a tier; WITHOUT ROWID in the migration, so that one series lies together.
 */
const columns = () => ({
  series: integer().notNull(),
  at: integer().notNull(),
  /** Seconds of the bucket that were observed; averages divide by this. */
  seconds: integer().notNull(),
  connectedSeconds: integer('connected_seconds').notNull(),
  connectedMax: integer('connected_max').notNull(),
  connectingSeconds: integer('connecting_seconds').notNull(),
  runningSeconds: integer('running_seconds').notNull(),
  uploadedBytes: integer('uploaded_bytes').notNull(),
  downloadedBytes: integer('downloaded_bytes').notNull(),
});

export const history10s = sqliteTable('history_10s', columns(), (t) => [
  primaryKey({ columns: [t.series, t.at] }),
]);
export const history1m = sqliteTable('history_1m', columns(), (t) => [
  primaryKey({ columns: [t.series, t.at] }),
]);

/**
 * The counters each station had at the end of the last 10-second row, written in the same transaction as that row: a
 * station that goes on while the agent is down contributes the difference, and nothing twice.
 */
export const stationCounters = sqliteTable('station_counters', {
  station: integer().primaryKey(),
  /** One start of one container. */
  epoch: text().notNull(),
  /** Seconds since the epoch as the process reports it; null where it does not. */
  processStartSeconds: real('process_start_seconds'),
  uploadedBytes: integer('uploaded_bytes').notNull(),
  downloadedBytes: integer('downloaded_bytes').notNull(),
});

import { integer, primaryKey, sqliteTable } from 'drizzle-orm/sqlite-core';

/**
 * Time series. `series` 0 is the fleet, n is station n; `at` is the start of the bucket in SECONDS since the epoch.
 * Client counts are sums of client-seconds over `seconds` observed, so that roll-ups add up exactly; bytes are
 * what moved in the bucket. One table a tier.
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

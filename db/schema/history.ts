import { blob, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * Time series, one table a tier (lib/history/tiers.ts), one row for everything one source said in one bucket
 * (lib/history/frame.ts). The key is the bucket's start in seconds × 4 + the source: rows are appended in the order
 * of time, which keeps pages full and a range together.
 */
const columns = () => ({
  key: integer().primaryKey(),
  frame: blob({ mode: 'buffer' }).notNull(),
});

export const history10s = sqliteTable('history_10s', columns());
export const history1m = sqliteTable('history_1m', columns());
export const history15m = sqliteTable('history_15m', columns());
export const history2h = sqliteTable('history_2h', columns());
export const history1d = sqliteTable('history_1d', columns());

/**
 * The counters each station had at the end of the last 10-second frame, written in the same transaction as that frame:
 * a station that goes on while the agent is down contributes the difference, and nothing twice.
 */
export const stationCounters = sqliteTable('station_counters', {
  station: integer().primaryKey(),
  /** One start of one container. */
  epoch: text().notNull(),
  /** Seconds since the epoch as the process reports it; null where it does not. */
  processStartSeconds: real('process_start_seconds'),
  uploadedBytes: integer('uploaded_bytes').notNull(),
  downloadedBytes: integer('downloaded_bytes').notNull(),
  /** Bytes by country, packed as a frame; null where the station does not report countries. */
  regions: blob({ mode: 'buffer' }),
});

/** What v1.x had estimated before it was migrated: totals without a time, never added to what we count. */
export const legacyCountries = sqliteTable('legacy_countries', {
  code: text().primaryKey(),
  uploadedBytes: integer('uploaded_bytes').notNull(),
  downloadedBytes: integer('downloaded_bytes').notNull(),
  /** When v1.x last wrote them, milliseconds since the epoch. */
  at: integer().notNull(),
});

/** What v1.x had estimated for whole months, from the copies it kept of its running totals; never added to what we count. */
export const legacyMonths = sqliteTable(
  'legacy_months',
  {
    /** `2025-11` */
    month: text().notNull(),
    code: text().notNull(),
    uploadedBytes: integer('uploaded_bytes').notNull(),
    downloadedBytes: integer('downloaded_bytes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.month, table.code] })],
);

/** What v1.x wrote down about its stations from time to time; never added to what we count. */
export const legacySamples = sqliteTable(
  'legacy_samples',
  {
    /** Which of its files said so: `connections`, `uptime` or `reports`. */
    source: text().notNull(),
    /** Milliseconds since the epoch. */
    at: integer().notNull(),
    connected: integer(),
    connecting: integer(),
    running: integer(),
    /** Bytes both ways since it was first started. */
    totalBytes: integer('total_bytes'),
  },
  (table) => [primaryKey({ columns: [table.source, table.at] })],
);

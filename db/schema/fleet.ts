import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** One JSON document a subject (`fleet`, `balancer`), parsed against the contract when read. */
export const settings = sqliteTable('settings', {
  key: text().primaryKey(),
  value: text({ mode: 'json' }).notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const stationOverrides = sqliteTable('station_overrides', {
  station: integer().primaryKey(),
  value: text({ mode: 'json' }).notNull(),
});

/** The station keys ever seen, by volume, so that a key that vanishes or changes raises an alarm. No key material. */
export const stationKeys = sqliteTable('station_keys', {
  volume: text().primaryKey(),
  proxyId: text('proxy_id').notNull(),
  /** SHA-256 of the public key, hex. */
  fingerprint: text().notNull(),
  firstSeenAt: integer('first_seen_at').notNull(),
  lastSeenAt: integer('last_seen_at').notNull(),
});

/** What an image's own `start --help` says it understands, once per digest. */
export const imageDialects = sqliteTable('image_dialects', {
  digest: text().primaryKey(),
  dialect: text({ mode: 'json' }).notNull(),
  probedAt: integer('probed_at').notNull(),
});

import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Who may sign in. Tokens are stored as SHA-256 only; times are milliseconds since the epoch. */
export const admins = sqliteTable('admins', {
  id: integer().primaryKey(),
  username: text().notNull().unique(),
  /** `scrypt$N$r$p$salt$hash`, salt and hash in base64url. */
  passwordHash: text('password_hash').notNull(),
  createdAt: integer('created_at').notNull(),
  failures: integer().notNull().default(0),
  lockedUntil: integer('locked_until').notNull().default(0),
});

export const sessions = sqliteTable('sessions', {
  tokenHash: text('token_hash').primaryKey(),
  adminId: integer('admin_id')
    .notNull()
    .references(() => admins.id, { onDelete: 'cascade' }),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
});

export const setupLinks = sqliteTable('setup_links', {
  tokenHash: text('token_hash').primaryKey(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
});

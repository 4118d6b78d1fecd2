/** Desired state at rest: one JSON document a subject, parsed against the contract whenever it is read. */
import { eq } from 'drizzle-orm';
import * as z from 'zod';
import type { Db } from './open.ts';
import { settings } from './schema/fleet.ts';

/** @returns null when nothing was saved yet. @throws ZodError when what is saved does not fit this version */
export function findSetting<S extends z.ZodType>(db: Db, key: string, schema: S): z.output<S> | null {
  const row = db.select({ value: settings.value }).from(settings).where(eq(settings.key, key)).get();
  return row === undefined ? null : schema.parse(row.value);
}

/** What an earlier version did not know yet, and so did not save, has its default. */
export function withDefaults<S extends z.ZodObject>(schema: S, defaults: z.output<S>) {
  return z.preprocess((saved) => ({ ...defaults, ...(saved as object) }), schema);
}

export function saveSetting(db: Db, key: string, value: unknown, now: number): void {
  db.insert(settings)
    .values({ key, value, updatedAt: now })
    .onConflictDoUpdate({ target: settings.key, set: { value, updatedAt: now } })
    .run();
}

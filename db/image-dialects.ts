import { eq } from 'drizzle-orm';
import { type Dialect, dialectSchema } from '../lib/stations/dialect.ts';
import type { Db } from './open.ts';
import { imageDialects } from './schema/fleet.ts';

/** What an image understands, once asked; keyed by the image's content id. */
export function findImageDialect(db: Db, imageId: string): Dialect | null {
  const row = db.select().from(imageDialects).where(eq(imageDialects.digest, imageId)).get();
  return row === undefined ? null : dialectSchema.parse(row.dialect);
}

export function saveImageDialect(db: Db, imageId: string, dialect: Dialect, now: number): void {
  db.insert(imageDialects).values({ digest: imageId, dialect, probedAt: now }).onConflictDoNothing().run();
}

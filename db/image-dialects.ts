import { eq } from 'drizzle-orm';
import { type Dialect, dialectSchema } from '../lib/stations/dialect.ts';
import type { Db } from './open.ts';
import { imageDialects } from './schema/fleet.ts';

/** What an image understands, once asked; keyed by the image's content id. */
export function findImageDialect(db: Db, imageId: string): Dialect | null {
  const row = db.select().from(imageDialects).where(eq(imageDialects.digest, imageId)).get();
  // A version that asked for less left less behind: it is asked again.
  return dialectSchema.safeParse(row?.dialect).data ?? null;
}

export function saveImageDialect(db: Db, imageId: string, dialect: Dialect, now: number): void {
  db.insert(imageDialects)
    .values({ digest: imageId, dialect, probedAt: now })
    .onConflictDoUpdate({ target: imageDialects.digest, set: { dialect, probedAt: now } })
    .run();
}

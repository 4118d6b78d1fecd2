/**
 * A roll that was stopped because what it had replaced did not come up. Recovery must not take it up again, one batch
 * after another until nobody is left: it is held until one of those stations is live, or the operator applies again.
 */
import * as z from 'zod';
import { findSetting, saveSetting } from '../../db/settings.ts';
import type { CoreDeps } from '../deps.ts';

const KEY = 'roll-hold';
const rollSchema = z.object({
  stations: z.array(z.number()),
  message: z.string(),
  remedy: z.string().nullable(),
});
const schema = z.object({ roll: rollSchema.nullable() });
export type HeldRoll = z.infer<typeof rollSchema>;

export interface RollHold {
  current(): HeldRoll | null;
  hold(roll: HeldRoll): void;
  release(): void;
}

export function createRollHold({ db, now }: Pick<CoreDeps, 'db' | 'now'>): RollHold {
  let held = findSetting(db, KEY, schema)?.roll ?? null;

  function save(next: HeldRoll | null): void {
    if (held === null && next === null) return;
    saveSetting(db, KEY, { roll: next }, now());
    held = next;
  }

  return { current: () => held, hold: save, release: () => save(null) };
}

/**
 * Takes the whole fleet away: balancer, containers, bridges. Volumes, keys and settings stay. That it was begun is
 * written down, so that an agent that was killed on the way, or could not finish, goes on.
 */
import * as z from 'zod';
import { findSetting, saveSetting } from '../../db/settings.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { CoreDeps } from '../deps.ts';
import { removeNetworks } from './environment.ts';
import { type MoveOptions, moveFleet } from './move.ts';

const KEY = 'fleet-take-down';
const schema = z.object({ begun: z.boolean() });

export interface TakeDownMark {
  /** A take-down was begun and has not ended. */
  isSet(): boolean;
  set(begun: boolean): void;
}

export function createTakeDownMark({ db, now }: Pick<CoreDeps, 'db' | 'now'>): TakeDownMark {
  let mark = findSetting(db, KEY, schema)?.begun ?? false;
  return {
    isSet: () => mark,
    set(begun) {
      if (begun === mark) return;
      mark = begun;
      saveSetting(db, KEY, { begun }, now());
    },
  };
}

export async function takeFleetDown(options: MoveOptions, mark: TakeDownMark): Promise<void> {
  await moveFleet(options);
  await removeNetworks(options.core).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code === 'engine_unavailable') throw error;
    // A container of the operator's own on our bridge keeps it; that hurts nobody.
    options.progress.log('warning', `A bridge stays: ${error.message}`);
  });
  mark.set(false);
}

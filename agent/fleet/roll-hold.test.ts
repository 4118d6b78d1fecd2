import { expect, it } from 'vitest';
import { openTestDatabase } from '../../test/harness/database.ts';
import { createRollHold } from './roll-hold.ts';
import { createTakeDownMark } from './take-down.ts';

const roll = { stations: [3], message: 'conduit-3 is not live again.', remedy: null };

it('a held roll outlives the agent, and its release does too', () => {
  const deps = { db: openTestDatabase(), now: () => 1 };
  createRollHold(deps).release();
  createRollHold(deps).hold(roll);
  const restarted = createRollHold(deps);
  expect(restarted.current()).toEqual(roll);
  restarted.release();
  expect(createRollHold(deps).current()).toBeNull();
});

it('a take-down that was begun is known after a restart, until it has ended', () => {
  const deps = { db: openTestDatabase(), now: () => 1 };
  expect(createTakeDownMark(deps).isSet()).toBe(false);
  createTakeDownMark(deps).set(true);
  const restarted = createTakeDownMark(deps);
  expect(restarted.isSet()).toBe(true);
  restarted.set(false);
  expect(createTakeDownMark(deps).isSet()).toBe(false);
});

import { showClaims } from '../claims.ts';
import type { Handlers } from './handler.ts';

/** Operations on the fleet and its stations. */
export const fleetOperations: Handlers<
  | 'fleet.apply'
  | 'fleet.get'
  | 'fleet.plan'
  | 'fleet.takeDown'
  | 'station.claim'
  | 'station.forgetKey'
  | 'station.get'
  | 'station.logs'
  | 'station.restart'
  | 'station.start'
  | 'station.stop'
> = {
  'fleet.apply': async ({ fleet }, { drainSeconds, ...change }, { actor }) => ({
    jobId: (await fleet.apply(change, actor, drainSeconds)).id,
  }),
  'fleet.get': ({ fleet }) => ({ ...fleet.desired(), strangers: fleet.strangers() }),
  'fleet.plan': ({ fleet }, input) => fleet.plan(input),
  'fleet.takeDown': async ({ fleet }, _input, { actor }) => ({ jobId: (await fleet.takeDown(actor)).id }),
  'station.claim': async (deps, input, caller) => ({ claims: await showClaims(deps, input, caller) }),
  'station.forgetKey': async ({ fleet }, { stations }, { actor }) => {
    await fleet.forgetKeys(stations, actor);
    return { ok: true };
  },
  'station.get': ({ fleet }, { station }) => fleet.detail(station),
  'station.logs': ({ fleet }, { station, tail, follow }, { signal }) =>
    fleet.logs(station, { tail, follow, signal }),
  'station.restart': async ({ fleet }, { stations, drainSeconds }, { actor }) => ({
    jobId: (await fleet.restart(stations, actor, drainSeconds)).id,
  }),
  'station.start': async ({ fleet }, { stations }, { actor }) => ({
    jobId: (await fleet.setStopped(stations, false, actor)).id,
  }),
  'station.stop': async ({ fleet }, { stations, drainSeconds }, { actor }) => ({
    jobId: (await fleet.setStopped(stations, true, actor, drainSeconds)).id,
  }),
};

/** The claim sheet: what pairs stations with Ryve. It shows private keys, so it is asked for by password and noted, without them. */

import type { Claim } from '../lib/contract/claim.ts';
import { AppError } from '../lib/contract/errors.ts';
import type { Parsed } from '../lib/contract/operations.ts';
import { containerName } from '../lib/fleet/names.ts';
import { numberRanges } from '../lib/format/count.ts';
import { claimLink } from '../lib/stations/claim.ts';
import { confirmCaller } from './confirm-caller.ts';
import type { Deps } from './deps.ts';
import { readKeys } from './vault/read-keys.ts';

type ClaimDeps = Pick<Deps, 'identity' | 'fleet' | 'activity' | 'env'>;

/**
 * @param caller root at the terminal needs no password, an administrator gives it once more
 * @throws AppError invalid_input, forbidden, locked_out, and not_found naming stations without a sound key
 */
export async function showClaims(
  { identity, fleet, activity, env }: ClaimDeps,
  { password, stations, name }: Parsed<'station.claim'>,
  caller: { actor: string; session: string | null },
): Promise<Claim[]> {
  await confirmCaller(identity, caller, password, 'the claim sheet');
  if (name !== undefined && stations?.length !== 1)
    throw new AppError('invalid_input', {
      message: 'name goes with one station: two stations of one name could not be told apart.',
      fields: [{ field: 'name', message: 'goes with one station' }],
    });
  const wanted = new Set(stations ?? fleet.runtimes().map(({ index }) => index));
  const there = await readKeys({
    keyVolumes: async () =>
      (await fleet.keyVolumes()).filter(({ station }) => station !== null && wanted.has(station)),
  });
  const keys = there.keys.flatMap(({ station, ...key }) => (station === null ? [] : [{ ...key, station }]));
  const without = (stations ?? []).filter((station) => !keys.some((key) => key.station === station));
  if (without.length > 0)
    throw new AppError('not_found', {
      message: `${without.length === 1 ? 'Station' : 'Stations'} ${numberRanges(without)} ${without.length === 1 ? 'has' : 'have'} no sound key to claim.`,
      remedy: 'A station makes its key when it starts for the first time: `conduit status` shows what runs.',
    });
  const claims = keys.map(({ station, proxyId, content }) => {
    const called = name ?? containerName(env.prefix, station);
    return { station, proxyId, name: called, link: claimLink(content, called) };
  });
  if (claims.length > 0)
    activity.record({
      actor: caller.actor,
      action: 'station.claim',
      summary: `Showed the claim sheet of ${claims.length === 1 ? 'station' : 'stations'} ${numberRanges(keys.map(({ station }) => station))}`,
      outcome: 'ok',
    });
  return claims;
}

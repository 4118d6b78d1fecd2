import type { FleetHands } from '../fleet/hands.ts';

/** Of the sound key it has now; null where it has none. */
export async function proxyIdOf(hands: Pick<FleetHands, 'key'>, station: number): Promise<string | null> {
  const key = await hands.key(station);
  return key !== null && key.fingerprint !== null ? key.proxyId : null;
}

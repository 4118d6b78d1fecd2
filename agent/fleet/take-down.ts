/** Takes the whole fleet away: balancer, containers, bridges. Volumes, keys and settings stay. */
import { removeNetworks } from './environment.ts';
import { type MoveOptions, moveFleet } from './move.ts';

export async function takeFleetDown(options: MoveOptions): Promise<void> {
  await moveFleet(options);
  await removeNetworks(options.core);
}

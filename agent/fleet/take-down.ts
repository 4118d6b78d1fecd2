/** Takes the whole fleet away: balancer, containers, bridges. Volumes, keys and settings stay. */
import { AppError } from '../../lib/contract/errors.ts';
import { removeNetworks } from './environment.ts';
import { type MoveOptions, moveFleet } from './move.ts';

export async function takeFleetDown(options: MoveOptions): Promise<void> {
  await moveFleet(options);
  await removeNetworks(options.core).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    // A container of the operator's own on our bridge keeps it; that hurts nobody.
    options.progress.log('warning', `A bridge stays: ${error.message}`);
  });
}

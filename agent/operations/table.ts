import { balancerOperations } from './balancer.ts';
import { countryOperations } from './countries.ts';
import { fleetOperations } from './fleet.ts';
import type { Handlers } from './handler.ts';
import { historyOperations } from './history.ts';
import { identityOperations } from './identity.ts';
import { jobOperations } from './jobs.ts';
import { liveOperations } from './live.ts';
import { migrationOperations } from './migration.ts';
import { systemOperations } from './system.ts';
import { updateOperations } from './update.ts';
import { vaultOperations } from './vault.ts';

/** Every operation of the contract with the code behind it; the type makes a missing one an error. */
export const handlers: Handlers = {
  ...balancerOperations,
  ...countryOperations,
  ...fleetOperations,
  ...historyOperations,
  ...identityOperations,
  ...jobOperations,
  ...liveOperations,
  ...migrationOperations,
  ...systemOperations,
  ...vaultOperations,
  ...updateOperations,
};

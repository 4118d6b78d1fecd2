/** The migration from an older manager as the rest of the agent sees it. */

import type { Job } from '../../lib/contract/jobs.ts';
import type { LegacyHistory, MigrationReport, MigrationStart } from '../../lib/contract/migration.ts';
import type { Problem } from '../../lib/contract/snapshot.ts';
import type { BalancerService } from '../balancer/service.ts';
import type { CoreDeps } from '../deps.ts';
import type { FleetService } from '../fleet/service.ts';
import type { TuningService } from '../tuning/create.ts';

export interface MigrationService {
  /** What an older manager left, and what would happen; changes nothing. */
  report(): Promise<MigrationReport>;
  /** Begins, or goes on with one that was interrupted. @throws AppError not_found, conflict */
  migrate(options: MigrationStart, actor: string): Promise<Job>;
  /** Puts everything back as it was. @throws AppError not_found, conflict */
  rollBack(actor: string): Promise<Job>;
  /** What the older manager had estimated over time, as far as it was imported. */
  legacyHistory(): LegacyHistory;
  /** Whether stations are on their way: until all have moved, the balancer of before serves on. */
  balancerWaits(): boolean;
  problems(): Problem[];
  /** Reads whether a migration was interrupted. */
  start(): Promise<void>;
}

export interface MigrationDeps extends CoreDeps {
  fleet: FleetService;
  tuning: TuningService;
  balancer: BalancerService;
}

import type { Logger } from 'pino';
import type { Db } from '../db/open.ts';
import type { Docker } from '../lib/host/docker-types.ts';
import type { Paths } from '../lib/host/paths.ts';
import type { ActivityLog } from './activity.ts';
import type { BalancerService } from './balancer/service.ts';
import type { Scraping } from './countries/scrape.ts';
import type { CountriesService } from './countries/service.ts';
import type { DoctorService } from './doctor/create.ts';
import type { AgentEnv } from './env.ts';
import type { FirewallService } from './firewall/create.ts';
import type { FleetService } from './fleet/service.ts';
import type { Identity } from './identity.ts';
import type { JobRunner } from './jobs/runner.ts';
import type { LiveService } from './live/service.ts';
import type { MigrationService } from './migration/service.ts';
import type { RecordService } from './record/create.ts';
import type { TrackerService } from './tracker/service.ts';
import type { TuningService } from './tuning/create.ts';
import type { UpdateService } from './update/service.ts';
import type { VaultService } from './vault/service.ts';

/** What every part of the agent is given; `main.ts` builds it, nothing else holds state. */
export interface CoreDeps {
  env: AgentEnv;
  paths: Paths;
  db: Db;
  docker: Docker;
  log: Logger;
  /** Milliseconds since the epoch. */
  now: () => number;
  activity: ActivityLog;
  jobs: JobRunner;
}

/** The whole agent, as operations see it. */
export interface Deps extends CoreDeps {
  identity: Identity;
  balancer: BalancerService;
  fleet: FleetService;
  live: LiveService;
  tracker: TrackerService;
  countries: CountriesService;
  scraping: Scraping;
  record: RecordService;
  tuning: TuningService;
  doctor: DoctorService;
  firewall: FirewallService;
  migration: MigrationService;
  vault: VaultService;
  update: UpdateService;
}

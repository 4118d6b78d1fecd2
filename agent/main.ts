/** The agent: the only privileged program. Builds its parts, opens its two sockets, and stops cleanly. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openDatabase } from '../db/open.ts';
import { reachablePorts } from '../lib/balancer/listeners.ts';
import { VERSION } from '../lib/contract/transport.ts';
import { createDocker } from '../lib/host/docker.ts';
import { pathsFor } from '../lib/host/paths.ts';
import { createActivityLog } from './activity.ts';
import { createBalancerService } from './balancer/create.ts';
import { listTrafficStations } from './balancer/traffic-stations.ts';
import { createCountriesService } from './countries/create.ts';
import { createScraping } from './countries/scrape.ts';
import type { CoreDeps, Deps } from './deps.ts';
import { createDoctorService } from './doctor/create.ts';
import { readAgentEnv } from './env.ts';
import { createFirewallService } from './firewall/create.ts';
import { createFleetService } from './fleet/create.ts';
import { createIdentity } from './identity.ts';
import { createJobRunner } from './jobs/runner.ts';
import { createLiveService } from './live/create.ts';
import { createLog } from './log.ts';
import { createMigrationService } from './migration/create.ts';
import { createRecordService } from './record/create.ts';
import { createAgentServer } from './server.ts';
import { findGroupId, listenOnSocket } from './sockets.ts';
import { createTrackerService } from './tracker/create.ts';
import { createTuningService } from './tuning/create.ts';
import { createUpdateService } from './update/create.ts';
import { createVaultService } from './vault/create.ts';

function build(): Deps {
  // Works from the source tree and from the bundle alike: both lie one folder below the root.
  const env = readAgentEnv(process.env, join(dirname(process.argv[1] ?? '.'), '../db/migrations'));
  const paths = pathsFor(env.stateDir, env.runDir);
  mkdirSync(env.stateDir, { recursive: true, mode: 0o711 });
  const log = createLog(env.logLevel);
  const now = Date.now;
  const db = openDatabase(paths.database, env.migrationsDir, join(paths.backupsDir, 'database'));
  const activity = createActivityLog(db, now);
  const core: CoreDeps = {
    env,
    paths,
    db,
    log,
    now,
    activity,
    docker: createDocker(env.dockerSocket),
    jobs: createJobRunner({ db, log, now }),
  };
  const balancer = createBalancerService({
    ...core,
    trafficStations: () => listTrafficStations(fleet, live),
  });
  const fleet = createFleetService({
    ...core,
    balancer,
    connectedOf: (station) => live.connectedOf(station),
    healthOf: (runtime) => live.healthOf(runtime),
    takeStock: () => live.takeStock(),
    hurry: () => live.hurry(),
    balancerWaits: () => migration.balancerWaits(),
  });
  const tracker = createTrackerService({
    ...core,
    balancerPorts: () => reachablePorts(balancer.settings()),
    onWindow: (window) => live.observeTracker(window),
  });
  const live = createLiveService({
    ...core,
    fleet,
    balancer,
    foldBelow: () => tracker.settings().foldBelow,
    otherProblems: () => [
      ...tracker.problems(),
      ...record.problems(),
      ...migration.problems(),
      ...vault.problems(),
    ],
  });
  const record = createRecordService({ ...core, live });
  const countries = createCountriesService({ ...core, live, tracker });
  const scraping = createScraping({ ...core, live, tracker, countries, version: VERSION });
  const tuning = createTuningService({ ...core, fleet, balancer });
  const firewall = createFirewallService({ ...core, balancer });
  const doctor = createDoctorService({ ...core, fleet, balancer, live, tuning, firewall });
  const migration = createMigrationService({ ...core, fleet, balancer, tuning });
  const vault = createVaultService({ ...core, fleet, balancer, tracker, record });
  const update = createUpdateService({ ...core, fleet, live });
  const identity = createIdentity({ db, activity, now });
  return {
    ...core,
    balancer,
    fleet,
    live,
    tracker,
    record,
    countries,
    scraping,
    tuning,
    doctor,
    firewall,
    migration,
    vault,
    update,
    identity,
  };
}

async function main(): Promise<void> {
  // Database, backups and logs are root's alone; what others may read is opened to them file by file.
  process.umask(0o077);
  // Heard from the first moment on: while a program runs, its own cleaning up listens too, and a signal that came just as
  // that went away again would be nobody's.
  let end: (signal: string) => unknown = () => process.exit(0);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(signal));
  const deps = build();
  const { log, paths, env } = deps;
  const root = createAgentServer(deps, 'root');
  const panel = createAgentServer(deps, 'panel');
  const gid = findGroupId(env.panelGroup);
  if (gid === null)
    log.warn(
      { group: env.panelGroup },
      'the panel group does not exist; only root can open the panel socket',
    );
  // Whoever asks first must hear of a migration that was interrupted.
  await deps.migration.start();
  await listenOnSocket(root, paths.rootSocket, { mode: 0o600, gid: null });
  await listenOnSocket(panel, paths.agentSocket, { mode: gid === null ? 0o600 : 0o660, gid });
  await deps.tuning.start();
  await deps.balancer.start();
  await deps.update.begin();
  await deps.fleet.start();
  deps.live.start();
  await deps.tracker.start();
  deps.record.start();
  await deps.vault.start();
  log.info({ prefix: env.prefix }, 'agent ready');

  let stopping = false;
  end = async (signal) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'agent stopping');
    for (const server of [root, panel]) {
      server.close();
      server.closeAllConnections();
    }
    await deps.jobs.stop();
    await deps.fleet.stop();
    deps.vault.stop();
    deps.record.stop();
    await deps.tracker.close();
    await deps.live.stop();
    await deps.balancer.close();
    deps.db.$client.close();
    process.exit(0);
  };
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});

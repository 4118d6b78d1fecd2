/** Puts the fleet's parts together: desired state, engine, key guard, balancer membership, jobs and recovery. */
import { getDesiredFleet, saveDesiredFleet } from '../../db/desired-fleet.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { DesiredFleet } from '../../lib/contract/fleet.ts';
import type { Job } from '../../lib/contract/jobs.ts';
import { applyChange, describeChange, withStopped } from '../../lib/fleet/desired-change.ts';
import { FLEET_LABEL, STATION_LABEL } from '../../lib/fleet/names.ts';
import { wantedContent, withProven } from '../../lib/fleet/proven-image.ts';
import type { ImageFacts } from '../../lib/fleet/station-spec.ts';
import { stationsText } from '../../lib/fleet/stations-text.ts';
import type { EngineEvent } from '../../lib/host/docker-types.ts';
import { createCalm } from './calm.ts';
import { findImage, readImage, removeProbes } from './environment.ts';
import { createFleetJobs } from './fleet-jobs.ts';
import { followEngine } from './follow-engine.ts';
import { createHands } from './hands.ts';
import { createHungWatch } from './hung.ts';
import { createKeyGuard } from './keys.ts';
import { moveFleet, type Progress } from './move.ts';
import { blockedStations, draftPlan, type FleetCore } from './planner.ts';
import { fleetProblems } from './problems.ts';
import { createRecovery } from './recovery.ts';
import { restartStations } from './restart.ts';
import { createRollHold } from './roll-hold.ts';
import { createRotation } from './rotation.ts';
import { buildRuntimes, needsBalancer } from './runtimes.ts';
import type { FleetService, FleetServiceOptions, StationRuntime } from './service.ts';
import { createFleetState } from './state.ts';
import { requireStation, stationDetail, stationLogs } from './station-detail.ts';
import { createTakeDownMark, takeFleetDown } from './take-down.ts';
import { createStationVolumes, listKeyVolumes } from './volumes.ts';

/** Keys of new stations are entered in the ledger, and vanished ones noticed, this often. */
const KEY_CHECK_MS = 30_000;
/** A station writes its key within its first moments. */
const FIRST_KEY_CHECK_MS = 2000;

export function createFleetService(options: FleetServiceOptions): FleetService {
  const { db, docker, log, now, env, balancer } = options;
  const { prefix } = env;
  const abort = new AbortController();
  let desired = getDesiredFleet(db);
  let runtimes: StationRuntime[] | null = null;
  let keyTimer: NodeJS.Timeout | undefined;
  let following: Promise<void> = Promise.resolve();

  const volumes = createStationVolumes(options);
  const keys = createKeyGuard(options, volumes, changed);
  const state = createFleetState(docker, prefix, changed);
  const core: FleetCore = {
    ...options,
    state,
    keys,
    volumes,
    rollHold: createRollHold(options),
    runtimes: currentRuntimes,
    contentOf: (reference) => wantedContent(desired, state.stations.values(), reference),
    notStations: new Map(),
  };
  const rotation = createRotation({
    balancer,
    log,
    runtimes: currentRuntimes,
    healthOf: options.healthOf,
    refresh: () => state.refresh(),
    isBalanced: () => options.balancerWaits?.() !== true && needsBalancer(desired, currentRuntimes),
  });
  const fleetJobs = createFleetJobs(options, (job) => recovery.jobEnded(job));
  const parts = { core, rotation, desired: () => desired, prove };
  const move = (
    progress: Progress,
    drainSeconds = balancer.settings().drainSeconds,
    only?: ReadonlySet<number>,
  ) => moveFleet({ ...parts, progress, drainSeconds, ...(only === undefined ? {} : { only }) });
  const takingDown = createTakeDownMark(options);
  /** Nobody can go elsewhere: every station stops at once. */
  const takeDown = (progress: Progress) => takeFleetDown({ ...parts, progress, drainSeconds: 0 }, takingDown);
  const recovery = createRecovery({
    core,
    fleetJobs,
    desired: () => desired,
    takingDown,
    move: (progress, only) => (desired.active ? move(progress, undefined, only) : takeDown(progress)),
  });

  const hung = createHungWatch({
    now,
    settings: () => desired.settings,
    isBusy: () => fleetJobs.isBusy() || state.engine().state === 'down',
    restart: (stations) => {
      restart(stations, 'agent', 0, `Restart ${stationsText(stations)}: no answer for a long time`);
    },
  });

  function restart(
    stations: readonly number[],
    actor: string,
    drainSeconds: number | undefined,
    title: string,
  ): Job {
    return fleetJobs.start({ kind: 'station.restart', title, actor, summary: title }, (job) => {
      const calm = createCalm({
        core,
        progress: job,
        drainSeconds: drainSeconds ?? balancer.settings().drainSeconds,
      });
      return restartStations({ core, rotation, job, stations, fleetSize: desired.settings.count, calm });
    });
  }

  function currentRuntimes(): StationRuntime[] {
    runtimes ??= buildRuntimes({
      prefix,
      desired,
      stations: state.stations,
      blocked: blockedStations(core),
      dataDir: keys.dataDir,
    });
    return runtimes;
  }

  function changed(): void {
    runtimes = null;
    rotation.request();
    recovery.consider();
  }

  function save(next: DesiredFleet): void {
    takingDown.set(!next.active);
    saveDesiredFleet(db, next, now());
    desired = next;
    runtimes = null;
    recovery.operatorActs();
  }

  function prove(image: ImageFacts): void {
    const next = withProven(desired, image);
    if (next !== desired) saveDesiredFleet(db, next, now());
    desired = next;
  }

  function checkKeysIn(delayMs: number): void {
    if (abort.signal.aborted) return;
    clearTimeout(keyTimer);
    keyTimer = setTimeout(() => {
      if (state.engine().state === 'up')
        keys
          .check([...state.stations.keys()])
          .catch((error: unknown) => log.warn({ err: error }, 'could not check the keys'));
      checkKeysIn(KEY_CHECK_MS);
    }, delayMs);
  }

  /** The engine starts a station that ended again within moments, and so may a person; without its key it must not. */
  async function guardStarts({ action, containerId, labels }: EngineEvent): Promise<void> {
    if (labels[FLEET_LABEL] !== prefix || (action !== 'start' && action !== 'die')) return;
    const station = Number(labels[STATION_LABEL]);
    if (action === 'start') checkKeysIn(FIRST_KEY_CHECK_MS);
    else await keys.check([station]);
    if (keys.alarms().has(station)) await docker.stop(containerId, 0);
  }

  async function tellBalancer({ action, labels }: EngineEvent): Promise<void> {
    if (labels[FLEET_LABEL] !== prefix || action !== 'die') return;
    const station = Number(labels[STATION_LABEL]);
    const address = currentRuntimes().find(({ index }) => index === station)?.address ?? null;
    if (address !== null) await balancer.stationEnded(address);
  }

  function requireActive(stations: readonly number[]): void {
    if (!desired.active)
      throw new AppError('conflict', {
        message: 'The fleet is down.',
        remedy: 'Bring it up first, for example with: sudo ./conduit scale 3',
      });
    for (const station of stations) requireStation(core, desired, station);
  }

  return {
    desired: () => desired,
    strangers: () => state.strangers(),
    runtimes: currentRuntimes,
    engine: () => state.engine(),
    problems: () =>
      fleetProblems({
        prefix,
        volumeOf: volumes.of,
        desired,
        keyAlarms: keys.alarms(),
        strangers: state.strangers(),
        failure: recovery.failure(),
        takingDown: takingDown.isSet() && !desired.active,
        held: core.rollHold.current(),
      }).concat(hung.problems()),
    memberships: () => rotation.memberships(),
    healthChanged: (urgent) => rotation.request(urgent),
    noteHung: (silent, running) => hung.note(silent, running),
    plan: async (change) => (await draftPlan(core, { ...applyChange(desired, change), active: true })).plan,
    async apply(change, actor, drainSeconds) {
      const next = { ...applyChange(desired, change), active: true };
      const what = desired.active ? describeChange(desired, next) : `${next.settings.count} stations`;
      save(next);
      core.rollHold.release();
      const title = `Apply: ${what}`;
      return fleetJobs.start({ kind: 'fleet.apply', title, actor, summary: title }, (job) =>
        move(job, drainSeconds),
      );
    },
    async setStopped(stations, stopped, actor, drainSeconds) {
      requireActive(stations);
      save(withStopped(desired, stations, stopped));
      const title = `${stopped ? 'Stop' : 'Start'} ${stationsText(stations)}`;
      const kind = stopped ? 'station.stop' : 'station.start';
      return fleetJobs.start({ kind, title, actor, summary: title }, (job) =>
        move(job, drainSeconds, new Set(stations)),
      );
    },
    async restart(stations, actor, drainSeconds) {
      requireActive(stations);
      return restart(stations, actor, drainSeconds, `Restart ${stationsText(stations)}`);
    },
    checkKeys: () => keys.checkAll(),
    async forgetKeys(stations, actor) {
      for (const station of stations) requireStation(core, desired, station);
      for (const station of stations) keys.forget(station);
      const summary = `Gave up the keys that ${stationsText(stations)} had`;
      options.activity.record({ actor, action: 'station.forgetKey', summary, outcome: 'ok' });
      recovery.operatorActs();
      await keys.check(stations);
    },
    keyVolumes: () => listKeyVolumes(core, volumes),
    async acceptKey(station) {
      keys.forget(station);
      await keys.check([station]);
    },
    stationOn: (volume) => volumes.stationOn(volume),
    async takeDown(actor) {
      save({ ...desired, active: false });
      const title = 'Take the fleet down; volumes and settings stay';
      return fleetJobs.start({ kind: 'fleet.takeDown', title, actor, summary: title }, takeDown);
    },
    transform: (request, work) =>
      fleetJobs.start(request, (job) =>
        work(
          job,
          createHands({
            core,
            job,
            desired: () => desired,
            save,
            move: (progress, only) => move(progress, request.drainSeconds, only),
            takeDown,
            rotation,
            drainSeconds: () => request.drainSeconds ?? balancer.settings().drainSeconds,
          }),
        ),
      ),
    image: () => findImage(core, desired.settings.image),
    imageNamed: (reference) => readImage(core, reference, reference),
    detail: (station) => stationDetail(core, desired, station),
    logs: (station, logOptions) => stationLogs(core, station, logOptions),
    async start() {
      const { signal } = abort;
      const read = new Promise<void>((resolve) => {
        let wasAway = false;
        const onUp = () => {
          if (wasAway) recovery.engineReturned();
          wasAway = false;
          removeProbes(core).catch((error: unknown) => log.warn({ err: error }, 'could not remove probes'));
          checkKeysIn(FIRST_KEY_CHECK_MS);
          resolve();
        };
        const onDown = () => {
          wasAway = true;
          resolve();
        };
        const onEvent = (event: EngineEvent) => {
          guardStarts(event).catch((error: unknown) => log.warn({ err: error }, 'could not check a key'));
          tellBalancer(event).catch((error: unknown) =>
            log.warn({ err: error }, 'clients of a station that ended were not led away'),
          );
        };
        following = followEngine({ docker, state, log, signal, now, onUp, onDown, onEvent });
      });
      await read;
    },
    async stop() {
      abort.abort();
      clearTimeout(keyTimer);
      recovery.stop();
      rotation.stop();
      fleetJobs.stop();
      await following;
    },
  };
}

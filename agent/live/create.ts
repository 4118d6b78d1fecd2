/** Live state: samples the stations each tick, makes one snapshot of everything, and hands it to pages and history. */
import { openHistoryStore } from '../../db/history.ts';
import { getHistorySettings } from '../../db/history-settings.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { createBroadcast } from './broadcast.ts';
import { createGuard, readStrain } from './guard.ts';
import { createHistoryWriter } from './history-writer.ts';
import { createHostMeter } from './host-meter.ts';
import { createPast } from './past.ts';
import { bySeverity, findProblems, historyProblems } from './problems.ts';
import { createSampler } from './sampler.ts';
import type { LiveService, LiveServiceOptions } from './service.ts';
import { assembleSnapshot, judgeStations } from './snapshot.ts';
import { healthOf } from './station-state.ts';
import { epochOf, type StationTrack } from './station-track.ts';
import { createTicker } from './ticker.ts';

export function createLiveService(options: LiveServiceOptions): LiveService {
  const { env, db, docker, log, now, jobs, fleet, balancer } = options;
  const sampler = createSampler({ docker, log, now, onSilent: () => fleet.healthChanged(true) });
  const store = openHistoryStore(db);
  const maxBytes = () => getHistorySettings(db).maxMegabytes * 1e6;
  const history = createHistoryWriter({ store, log, now, tickMs: env.tickMs, maxBytes });
  const past = createPast({ store, now, foldBelow: options.foldBelow });
  // Stations' volumes lie where the engine keeps everything of its own.
  const meterHost = createHostMeter(() => [
    env.stateDir,
    ...fleet
      .runtimes()
      .flatMap(({ dataDir }) => dataDir ?? [])
      .slice(0, 1),
  ]);
  const guard = createGuard();
  const snapshots = createBroadcast<Snapshot>(() => ticker.hurry());
  let tracks = new Map<number, StationTrack>();
  let connected = new Map<number, number>();
  let health = '';
  let takenAt = Number.NEGATIVE_INFINITY;
  /** Somebody waits for figures, however strained the server is. */
  let mustTake = false;

  async function tick(): Promise<void> {
    const begun = performance.now();
    const isDue = mustTake || guard.isDue(begun - takenAt, env.tickMs);
    const sampled = await sampler.sample(fleet.runtimes(), isDue ? undefined : 'answers');
    const at = now();
    tracks = new Map(sampled.map((track) => [track.runtime.index, track]));
    noteHealth(sampled);
    if (!isDue) return;
    takenAt = begun;
    mustTake = false;
    const stations = judgeStations(sampled, at, fleet.memberships());
    const engine = fleet.engine();
    const host = meterHost();
    guard.look(readStrain(host));
    const wanted = sampled.filter(({ runtime }) => runtime.wanted).length;
    const problems = bySeverity([
      ...findProblems({ engine, host, stations, wanted }),
      ...fleet.problems(),
      ...balancer.problems(),
      ...options.otherProblems(),
      ...historyProblems(history.problem()),
      ...guard.problems(),
    ]);
    const snapshot = assembleSnapshot(stations, {
      at,
      sampleMs: Math.round((performance.now() - begun) * 10) / 10,
      host,
      engine,
      balancer: balancer.state(),
      problems,
      activeJobId: jobs.activeId(),
      wanted,
      foldBelow: options.foldBelow(),
    });
    connected = new Map(snapshot.stationList.map((station) => [station.index, station.connected]));
    snapshots.publish(snapshot);
    history.observe(at, stations);
  }

  function noteHealth(sampled: readonly StationTrack[]): void {
    const running = sampled.filter(({ epoch }) => epoch !== null);
    const now = running.map((track) => `${track.runtime.index} ${healthOf(track).health}`).join();
    if (now !== health) fleet.healthChanged(false);
    health = now;
    const hung = running.flatMap(({ runtime: { index }, distrusted, silentSinceMs }) =>
      distrusted && silentSinceMs !== null ? [{ index, sinceMs: silentSinceMs }] : [],
    );
    fleet.noteHung(hung, running.length);
  }

  // Also while nobody looks: a station that hangs must leave the balancer within seconds.
  const ticker = createTicker({ tick, everyMs: () => env.tickMs, freshMs: env.tickMs, log });

  return {
    async current() {
      await ticker.freshen();
      const newest = snapshots.newest();
      if (newest === null)
        throw new AppError('internal', {
          message: 'The stations could not be sampled; the agent log says why.',
        });
      return newest;
    },
    connectedOf: (station) => connected.get(station) ?? 0,
    healthOf(runtime) {
      const track = tracks.get(runtime.index);
      // What an earlier start of the station said counts for nothing.
      const isNews = track !== undefined && track.epoch === epochOf(runtime);
      return isNews ? healthOf(track) : { health: 'unknown', complaint: null };
    },
    reportedBytesOf(station) {
      const reading = tracks.get(station)?.reading;
      return reading == null ? null : reading.uploadedBytes + reading.downloadedBytes;
    },
    hurry: () => ticker.hurry(),
    takeStock() {
      mustTake = true;
      return ticker.renew();
    },
    watch: (signal) => snapshots.watch(signal),
    past,
    reportsCountries: () => {
      const running = [...tracks.values()].filter(({ epoch }) => epoch !== null);
      return {
        running: running.length,
        reporting: running.filter(({ reading }) => reading?.regions != null).length,
      };
    },
    recordedSources: () => store.sources(),
    observeTracker: (window) => history.observeTracker(window),
    countedSince: () => store.began(Math.floor(now() / 1000)),
    historyJoined: (before) => store.joined(before, Math.floor(now() / 1000)),
    historyState: () => ({ ...store.size(), oldest: store.oldest(), problem: history.problem() }),
    start: () => ticker.start(),
    async stop() {
      snapshots.close();
      await ticker.stop();
      sampler.close();
      history.close();
    },
  };
}

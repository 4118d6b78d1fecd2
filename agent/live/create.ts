/** Live state: samples the stations each tick, makes one snapshot of everything, and hands it to pages and history. */
import { openHistoryStore } from '../../db/history.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { createBroadcast } from './broadcast.ts';
import { createHistoryWriter } from './history-writer.ts';
import { createHostMeter } from './host-meter.ts';
import { bySeverity, findProblems } from './problems.ts';
import { createSampler } from './sampler.ts';
import type { LiveService, LiveServiceOptions } from './service.ts';
import { assembleSnapshot, judgeStations } from './snapshot.ts';
import { createTicker } from './ticker.ts';

/** While nobody looks and nothing changes, a sample is taken this many times less often. */
const UNWATCHED_FACTOR = 2.5;

export function createLiveService(options: LiveServiceOptions): LiveService {
  const { env, db, docker, log, now, jobs, fleet, balancer } = options;
  const sampler = createSampler({ docker, log, now });
  const history = createHistoryWriter({ store: openHistoryStore(db), log, now, tickMs: env.tickMs });
  const meterHost = createHostMeter(env.stateDir);
  const snapshots = createBroadcast<Snapshot>(() => ticker.hurry());
  let connected = new Map<number, number>();

  async function tick(): Promise<void> {
    const begun = performance.now();
    const tracks = await sampler.sample(fleet.runtimes());
    const at = now();
    const stations = judgeStations(tracks, at);
    const engine = fleet.engine();
    const host = meterHost();
    const wanted = tracks.filter(({ runtime }) => runtime.wanted).length;
    const problems = bySeverity([
      ...findProblems({ engine, host, stations, wanted }),
      ...fleet.problems(),
      ...balancer.problems(),
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
    });
    connected = new Map(snapshot.stationList.map((station) => [station.index, station.connected]));
    snapshots.publish(snapshot);
    history.observe(at, stations);
  }

  const ticker = createTicker({
    tick,
    everyMs: () =>
      snapshots.watchers() > 0 || jobs.activeId() !== null ? env.tickMs : env.tickMs * UNWATCHED_FACTOR,
    freshMs: env.tickMs,
    log,
  });

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
    watch: (signal) => snapshots.watch(signal),
    history: (query) => history.query(query),
    start: () => ticker.start(),
    async stop() {
      snapshots.close();
      await ticker.stop();
      sampler.close();
      history.close();
    },
  };
}

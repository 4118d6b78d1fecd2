/**
 * The balancer service: keeps nginx, and the kernel's rules where they are the engine, in step with the stations the
 * fleet gave last. One change at a time; a refused one leaves what was there.
 */
import {
  getBalancerMemory,
  getBalancerSettings,
  saveBalancerMemory,
  saveBalancerSettings,
} from '../../db/balancer-settings.ts';
import { backendsIn } from '../../lib/balancer/live-config.ts';
import { ownershipOf } from '../../lib/balancer/marker.ts';
import { signal } from '../../lib/balancer/nginx-process.ts';
import { restoreOriginal } from '../../lib/balancer/restore.ts';
import { tcpOf, totalOf } from '../../lib/balancer/sessions.ts';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import { readIfThere } from '../../lib/host/absent.ts';
import { createByHand } from './by-hand.ts';
import { readDetail, readDisplacedSites } from './detail.ts';
import { type ErrorListener, listenForErrors } from './error-listener.ts';
import { createKeeper } from './keeper.ts';
import { createKernelEngine } from './kernel-engine.ts';
import { portsOf } from './port-states.ts';
import { createPreparation } from './preparation.ts';
import { balancerProblems } from './problems.ts';
import type { Backend, BalancerService, BalancerServiceOptions, Members } from './service.ts';
import { checkedSettings } from './settings-check.ts';
import { balancerState } from './state.ts';
import { createTraffic } from './traffic.ts';
import { createTurns } from './turns.ts';
import { watchBalancer } from './watch.ts';

export function createBalancerService(options: BalancerServiceOptions): BalancerService {
  const { db, now, log, activity, paths, env } = options;
  const backupsDir = `${paths.backupsDir}/nginx`;
  const kernel = createKernelEngine({ prefix: env.prefix, log });
  const traffic = createTraffic({ prefix: env.prefix, now, log });
  const stations = () => options.trafficStations?.() ?? [];
  let settings = getBalancerSettings(db);
  let memory = getBalancerMemory(db);
  /** What the fleet wants; null until it said so, or until a configuration of ours was found. */
  let wanted: Backend[] | null = null;
  let draining: ReadonlySet<number> = new Set();
  let live: { text: string | null; backends: Backend[] } | undefined;
  let errors: Promise<ErrorListener> | undefined;

  function remember(change: Partial<typeof memory>): void {
    memory = { ...memory, ...change };
    saveBalancerMemory(db, memory, now());
  }

  function errorListener(): Promise<ErrorListener> {
    errors ??= listenForErrors({
      preferredPort: memory.errorPort,
      stationAt: (address) => wanted?.find((one) => one.address === address)?.index,
      now,
      log,
    }).then((listener) => {
      if (listener.port !== memory.errorPort) remember({ errorPort: listener.port });
      return listener;
    });
    return errors;
  }

  const keeper = createKeeper({
    log,
    now,
    paths,
    backupsDir,
    preparation: createPreparation(options),
    errorPort: async () => (await errorListener()).port,
  });

  /** nginx first: where the kernel's rules fail, or for IPv6, sessions go through it. Only ever called in a turn. */
  async function bring(next: BalancerSettings, backends: Backend[], friends: number[] = []) {
    const result = await keeper.bring(next, backends, friends);
    try {
      const ruled = await kernel.follow(next, backends, draining);
      await traffic.follow(next, backends);
      return { changed: result.changed || ruled };
    } catch (error) {
      if (error instanceof AppError) keeper.failure = error;
      throw error;
    }
  }

  const turns = createTurns<Members, { changed: boolean }>(async (members) => {
    ({ backends: wanted, draining } = members);
    if (memory.held) return { changed: false };
    if (!memory.engaged) remember({ engaged: true });
    return bring(settings, wanted);
  });

  async function bringBack(): Promise<void> {
    if (!memory.engaged || wanted === null) return;
    if (memory.held) await keeper.startAsIs(settings);
    else await bring(settings, wanted);
  }

  const watch = watchBalancer({
    everyMs: env.tickMs,
    now,
    log,
    activity,
    isWanted: () => memory.engaged && wanted !== null,
    hasFailed: () => keeper.failure !== null,
    configPath: () => settings.configPath,
    currentMaster: () => keeper.currentMaster(settings),
    bringBack: () => turns.alone(bringBack),
    mendConfig: () =>
      turns.alone(async () => {
        const damage = await keeper.findDamage(settings);
        if (damage !== null) await bringBack();
        return damage;
      }),
    sawGone: () => keeper.sawGone(settings),
    sawConfig: (live) => keeper.sawConfig(live),
    sawRunning: async () => {
      await keeper.sawRunning(settings);
      await traffic.read(stations(), settings.engine);
    },
    sawWorkers: async () => {
      await keeper.sawWorkers(settings);
      if (await kernel.check()) log.warn('the rules of the kernel engine were gone; they are back');
    },
  });

  async function configure(change: Partial<BalancerSettings>, actor: string): Promise<BalancerDetail> {
    const next = await checkedSettings(settings, change);
    const summary =
      Object.entries(change)
        .map(([key, value]) => `${key} ${value}`)
        .join(', ') || 'settings written again';
    const entry = { actor, action: 'balancer.configure', summary: `Balancer: ${summary}` };
    try {
      await turns.alone(async () => {
        if (memory.engaged && wanted !== null && !memory.held) await move(next, wanted);
        settings = next;
        saveBalancerSettings(db, next, now());
      });
    } catch (error) {
      // The refusal was told to who asked; what runs is as it was and needs no bringing back.
      if (keeper.state === 'running') keeper.failure = null;
      activity.record({ ...entry, outcome: 'failed' });
      throw error;
    }
    activity.record({ ...entry, outcome: 'ok' });
    return detail();
  }

  /** At another path a second nginx takes over; the first ends when its sessions have. */
  async function move(next: BalancerSettings, backends: Backend[]): Promise<void> {
    const from = settings.configPath;
    const old = next.configPath === from ? null : await keeper.currentMaster(settings);
    try {
      await bring(next, backends, old === null ? [] : [old]);
    } catch (error) {
      // nginx may have taken it while the kernel did not: both go back to what they had.
      if (keeper.state === 'running' && next.configPath === from)
        await bring(settings, backends).catch((second: unknown) => log.warn({ err: second }, 'going back'));
      throw error;
    }
    if (next.configPath === from) return;
    if (old !== null) signal(old, 'SIGQUIT');
    await restoreOriginal({ configPath: from, backupsDir });
  }

  const byHand = createByHand({
    backupsDir,
    now,
    activity,
    prepared: () => keeper.prepare(settings, wanted ?? []),
  });

  function requireEngaged(): void {
    if (!memory.engaged)
      throw new AppError('conflict', {
        message: 'The balancer is off: it starts with the fleet.',
        remedy: 'Bring the fleet up first, for example with: sudo ./conduit scale 3',
      });
  }

  const detail = async (): Promise<BalancerDetail> =>
    readDetail({
      settings,
      state: service.state(),
      wanted: wanted ?? [],
      engaged: memory.engaged,
      keeper,
      kernel,
      backupsDir,
      lastErrors: (await errorListener()).lines(),
    });

  const service: BalancerService = {
    settings: () => settings,
    configure,
    detail,
    sync: (backends, leaving = new Set()) => turns.request({ backends, draining: leaving }),
    test: byHand.test,
    backup: byHand.backup,
    displaces: () => readDisplacedSites(settings, () => keeper.isHostDefault(settings)),
    async apply(actor) {
      requireEngaged();
      remember({ held: false });
      return configure({}, actor);
    },
    async reload(actor) {
      requireEngaged();
      await turns.alone(() => byHand.reload(actor));
      return detail();
    },
    async restore(id, actor) {
      requireEngaged();
      await turns.alone(async () => {
        keeper.liveConfig = await byHand.restore(id, actor);
        Object.assign(keeper, { state: 'running', failure: null, drift: 'none' });
        remember({ held: true });
        await keeper.sawRunning(settings);
      });
      return detail();
    },
    liveBackends() {
      // Asked several times a sample, and the text is long: it is read once.
      if (live?.text !== keeper.liveConfig)
        live = { text: keeper.liveConfig, backends: backendsIn(keeper.liveConfig ?? '') };
      return live.backends;
    },
    stationEnded: (address) => kernel.stationEnded(address),
    async sessionsThatStay() {
      const all = stations();
      const { engine } = settings;
      const found = await traffic.sessionsOf(all, engine);
      const countOf = engine === 'nginx' ? tcpOf : totalOf;
      return new Map(
        all.map(({ index, address }) => {
          const open = found.get(address);
          return [index, open === undefined ? 0 : countOf(open)];
        }),
      );
    },
    traffic: async () => ({
      ...(await traffic.read(stations(), settings.engine)),
      oldWorkers: keeper.oldWorkers,
    }),
    oldGenerations: () => Math.ceil(keeper.oldWorkers.length / (keeper.sizing?.workers ?? 1)),
    state: () =>
      balancerState({
        keeper,
        held: memory.held,
        engine: settings.engine,
        backends: keeper.state === 'running' ? service.liveBackends().length : 0,
        isEmpty: wanted?.length === 0,
      }),
    problems: () =>
      balancerProblems({
        state: keeper.state,
        held: memory.held,
        failure: keeper.failure,
        drift: keeper.drift,
        configPath: settings.configPath,
        sizing: keeper.sizing,
        targetSessions: settings.targetSessions,
        strandsUdp: kernel.strandsUdp(),
      }),
    stop: () =>
      turns.alone(async () => {
        if (!memory.engaged) return;
        wanted = null;
        await kernel.remove();
        await traffic.remove();
        await keeper.stop(settings);
        // Last, so that a stop that failed or was cut short is done again when it is asked for again.
        remember({ engaged: false, held: false });
      }),
    async start() {
      await errorListener();
      const live = await readIfThere(settings.configPath);
      if (memory.engaged && live !== null && (memory.held || ownershipOf(live) === 'ours')) {
        wanted = backendsIn(live);
        kernel.assume(wanted);
        keeper.liveConfig = live;
        keeper.state = (await keeper.currentMaster(settings)) === null ? 'failed' : 'running';
        keeper.ports = portsOf(settings, live, () => keeper.state === 'running');
      }
      watch.start();
    },
    async close() {
      await watch.stop();
      await turns.alone(async () => undefined);
      await (await errors)?.close();
    },
  };
  return service;
}

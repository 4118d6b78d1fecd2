/**
 * The balancer service: keeps nginx running with the stations the fleet gave last. One change at a time; every
 * change goes through lib/balancer/apply.ts, so a refused one leaves what was there.
 */
import { mkdir, readFile } from 'node:fs/promises';
import {
  getBalancerMemory,
  getBalancerSettings,
  saveBalancerMemory,
  saveBalancerSettings,
} from '../../db/balancer-settings.ts';
import { applyConfig } from '../../lib/balancer/apply.ts';
import { findOriginal, listBackups } from '../../lib/balancer/backups.ts';
import { readForeignSites } from '../../lib/balancer/foreign-sites.ts';
import { readListening } from '../../lib/balancer/listening.ts';
import { backendsIn, portsIn } from '../../lib/balancer/live-config.ts';
import { driftOf, ownershipOf } from '../../lib/balancer/marker.ts';
import { searchMaster, signal, stopNginx } from '../../lib/balancer/nginx-process.ts';
import { restoreOriginal } from '../../lib/balancer/restore.ts';
import type { Sizing } from '../../lib/balancer/sizing.ts';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import type { BalancerState } from '../../lib/contract/snapshot.ts';
import { type ErrorListener, listenForErrors } from './error-listener.ts';
import { portsOf } from './port-states.ts';
import { createPreparation, type Prepared } from './preparation.ts';
import { balancerProblems } from './problems.ts';
import type { Backend, BalancerService, BalancerServiceOptions } from './service.ts';
import { checkedSettings } from './settings-check.ts';
import { createTurns } from './turns.ts';
import { watchBalancer } from './watch.ts';

export function createBalancerService(options: BalancerServiceOptions): BalancerService {
  const { db, now, log, activity, paths } = options;
  const backupsDir = `${paths.backupsDir}/nginx`;
  const preparation = createPreparation(options);
  let settings = getBalancerSettings(db);
  let memory = getBalancerMemory(db);
  /** What the fleet wants; null until it said so, or until a configuration of ours was found. */
  let wanted: Backend[] | null = null;
  let liveConfig: string | null = null;
  let sizing: Sizing | null = null;
  let state: BalancerState['state'] = 'off';
  let failure: AppError | null = null;
  let drift: BalancerDetail['config']['drift'] = 'none';
  let ports: BalancerState['ports'] = [];
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

  async function prepare(next: BalancerSettings, backends: readonly Backend[]): Promise<Prepared> {
    return preparation.prepare(next, backends, (await errorListener()).port);
  }

  /** Only ever called in a turn. */
  async function bring(next: BalancerSettings, backends: Backend[], friends: number[] = []) {
    try {
      await mkdir(paths.runDir, { recursive: true });
      const prepared = await prepare(next, backends);
      const started = performance.now();
      const result = await applyConfig({
        instance: prepared.instance,
        content: prepared.content,
        backupsDir,
        now,
        friends,
      });
      liveConfig = prepared.content;
      sizing = prepared.sizing;
      state = 'running';
      failure = null;
      drift = 'none';
      ports = portsOf(next, prepared.content, () => true);
      if (result.changed)
        log.info(
          { backends: backends.length, ms: Math.round(performance.now() - started) },
          'balancer configuration applied',
        );
      return result;
    } catch (error) {
      failure = asAppError(error);
      const master = await currentMaster();
      state = master === null ? 'failed' : 'running';
      if (master === null) ports = portsOf(settings, '', () => false);
      log.warn({ code: failure.code, reason: failure.message }, 'balancer configuration not applied');
      throw failure;
    }
  }

  /** Null too when nginx was removed from the host. */
  async function currentMaster(): Promise<number | null> {
    try {
      return await searchMaster(await preparation.instanceFor(settings.configPath));
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }

  const turns = createTurns<Backend[], { changed: boolean }>((backends) => {
    wanted = backends;
    if (!memory.engaged) remember({ engaged: true });
    return bring(settings, backends);
  });

  const watch = watchBalancer({
    everyMs: options.env.tickMs,
    now,
    log,
    activity,
    isWanted: () => memory.engaged && wanted !== null,
    hasFailed: () => failure !== null,
    configPath: () => settings.configPath,
    currentMaster,
    bringBack: () =>
      turns.alone(async () => {
        if (memory.engaged && wanted !== null) await bring(settings, wanted);
      }),
    sawGone: () => {
      state = 'failed';
      ports = portsOf(settings, '', () => false);
      failure ??= new AppError('balancer_rejected', {
        message: 'nginx has ended; it is being started again.',
      });
    },
    sawConfig: (live) => {
      drift = driftOf(live, liveConfig);
    },
    sawRunning: async () => {
      const listening = await readListening(portsIn(liveConfig ?? ''));
      ports = portsOf(settings, liveConfig ?? '', (port, protocol) =>
        listening.some((one) => one.port === port && one.protocol === protocol && one.listening),
      );
    },
  });

  async function configure(change: Partial<BalancerSettings>, actor: string): Promise<BalancerDetail> {
    const next = await checkedSettings(settings, change);
    const summary =
      Object.entries(change)
        .map(([key, value]) => `${key} ${value}`)
        .join(', ') || 'settings written again';
    try {
      await turns.alone(async () => {
        if (memory.engaged && wanted !== null) await move(next, wanted);
        settings = next;
        saveBalancerSettings(db, next, now());
      });
    } catch (error) {
      // The refusal was told to who asked; what runs is as it was and needs no bringing back.
      if (state === 'running') failure = null;
      activity.record({
        actor,
        action: 'balancer.configure',
        summary: `Balancer: ${summary}`,
        outcome: 'failed',
      });
      throw error;
    }
    activity.record({ actor, action: 'balancer.configure', summary: `Balancer: ${summary}`, outcome: 'ok' });
    return detail();
  }

  /** At another path a second nginx takes over; the first ends when its sessions have. */
  async function move(next: BalancerSettings, backends: Backend[]): Promise<void> {
    const from = settings.configPath;
    const old = next.configPath === from ? null : await currentMaster();
    await bring(next, backends, old === null ? [] : [old]);
    if (next.configPath === from) return;
    if (old !== null) signal(old, 'SIGQUIT');
    await restoreOriginal({ configPath: from, backupsDir });
  }

  async function detail(): Promise<BalancerDetail> {
    const live = await readIfThere(settings.configPath);
    const prepared = await prepare(settings, wanted ?? []).catch((error: unknown) => {
      if (error instanceof AppError) return null;
      throw error;
    });
    const original =
      live !== null && ownershipOf(live) === 'foreign'
        ? live
        : await findOriginal(backupsDir, settings.configPath);
    return {
      settings,
      state: service.state(),
      arithmetic: prepared?.sizing.arithmetic ?? [],
      config: {
        path: settings.configPath,
        live,
        wanted: prepared?.content ?? '',
        drift: driftOf(live, memory.engaged ? (prepared?.content ?? null) : null),
      },
      backups: await listBackups(backupsDir),
      foreignSites:
        prepared?.instance.hostDefault === false ? [] : await readForeignSites(settings.configPath, original),
      lastErrors: (await errorListener()).lines(),
    };
  }

  const service: BalancerService = {
    settings: () => settings,
    configure,
    detail,
    sync: (backends) => turns.request(backends),
    state: () => ({
      state,
      message: failure?.message ?? (state === 'running' && wanted?.length === 0 ? NO_STATION : null),
      backends: state === 'running' ? backendsIn(liveConfig ?? '').length : 0,
      ports,
    }),
    problems: () =>
      balancerProblems({
        state,
        failure,
        drift,
        configPath: settings.configPath,
        sizing,
        targetSessions: settings.targetSessions,
      }),
    stop: () =>
      turns.alone(async () => {
        if (!memory.engaged) return;
        remember({ engaged: false });
        wanted = null;
        liveConfig = null;
        await stopNginx(await preparation.instanceFor(settings.configPath));
        state = 'stopped';
        failure = null;
        drift = 'none';
        ports = portsOf(settings, '', () => false);
      }),
    async start() {
      await errorListener();
      const live = await readIfThere(settings.configPath);
      if (memory.engaged && live !== null && ownershipOf(live) === 'ours') {
        wanted = backendsIn(live);
        liveConfig = live;
        state = (await currentMaster()) === null ? 'failed' : 'running';
        ports = portsOf(settings, live, () => state === 'running');
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

const NO_STATION = 'No station is ready, so nothing listens and clients are refused.';

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError('balancer_rejected', {
    message: `The balancer could not be set up: ${reason}`,
    cause: error,
  });
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

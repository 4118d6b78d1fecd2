/** Keeps one nginx with one configuration: what is live, what failed last, how far the file has drifted. */
import { mkdir } from 'node:fs/promises';
import { applyConfig, findRefusal } from '../../lib/balancer/apply.ts';
import { readListening } from '../../lib/balancer/listening.ts';
import { portsIn } from '../../lib/balancer/live-config.ts';
import { driftOf } from '../../lib/balancer/marker.ts';
import {
  finishingWorkers,
  type OldWorker,
  searchMaster,
  startNginx,
  stopNginx,
} from '../../lib/balancer/nginx-process.ts';
import type { Sizing } from '../../lib/balancer/sizing.ts';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import type { BalancerState } from '../../lib/contract/snapshot.ts';
import { readIfThere } from '../../lib/host/absent.ts';
import { portsOf } from './port-states.ts';
import type { Preparation, Prepared } from './preparation.ts';
import type { Backend, BalancerServiceOptions } from './service.ts';

export interface Keeper {
  state: 'running' | 'stopped' | 'failed' | 'off';
  failure: AppError | null;
  drift: BalancerDetail['config']['drift'];
  ports: BalancerState['ports'];
  /** The text that is live as we wrote or restored it. */
  liveConfig: string | null;
  sizing: Sizing | null;
  oldWorkers: (OldWorker & { since: number })[];
  prepare(settings: BalancerSettings, backends: readonly Backend[]): Promise<Prepared>;
  /** Makes nginx run with these. @throws AppError; the old configuration is back */
  bring(
    settings: BalancerSettings,
    backends: readonly Backend[],
    friends?: number[],
  ): Promise<{ changed: boolean }>;
  /** The path is the one the host's own nginx reads; false too when there is no nginx. */
  isHostDefault(settings: BalancerSettings): Promise<boolean>;
  /** Null too when nginx was removed from the host. */
  currentMaster(settings: BalancerSettings): Promise<number | null>;
  /** What nginx has against a file that others changed; null where it would take it, or where the file is ours. */
  findDamage(settings: BalancerSettings): Promise<string | null>;
  /** Starts nginx with the file that is there, or with the one from before where that was damaged. */
  startAsIs(settings: BalancerSettings): Promise<void>;
  stop(settings: BalancerSettings): Promise<void>;
  sawGone(settings: BalancerSettings): void;
  sawConfig(live: string | null): void;
  sawRunning(settings: BalancerSettings): Promise<void>;
  /** Looks for workers that only finish old sessions. */
  sawWorkers(settings: BalancerSettings): Promise<void>;
}

export interface KeeperOptions extends Pick<BalancerServiceOptions, 'log' | 'now' | 'paths'> {
  preparation: Preparation;
  backupsDir: string;
  errorPort: () => Promise<number | null>;
}

export function createKeeper(options: KeeperOptions): Keeper {
  const { log, now, paths, preparation, backupsDir, errorPort } = options;

  async function currentMaster({ configPath }: BalancerSettings): Promise<number | null> {
    try {
      return await searchMaster(await preparation.instanceFor(configPath));
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }

  const keeper: Keeper = {
    state: 'off',
    failure: null,
    drift: 'none',
    ports: [],
    liveConfig: null,
    sizing: null,
    oldWorkers: [],
    prepare: async (settings, backends) => preparation.prepare(settings, backends, await errorPort()),
    currentMaster,
    async isHostDefault({ configPath }) {
      try {
        return (await preparation.instanceFor(configPath)).hostDefault;
      } catch (error) {
        if (error instanceof AppError) return false;
        throw error;
      }
    },
    async bring(settings, backends, friends = []) {
      try {
        await mkdir(paths.runDir, { recursive: true });
        const { instance, content, sizing } = await keeper.prepare(settings, backends);
        const started = performance.now();
        const result = await applyConfig({ instance, content, backupsDir, now, friends });
        Object.assign(keeper, {
          liveConfig: content,
          sizing,
          state: 'running',
          failure: null,
          drift: 'none',
          ports: portsOf(settings, content, () => true),
        });
        const ms = Math.round(performance.now() - started);
        if (result.changed) log.info({ backends: backends.length, ms }, 'balancer configuration applied');
        return result;
      } catch (error) {
        const failure = asAppError(error);
        const master = await currentMaster(settings);
        keeper.failure = failure;
        keeper.state = master === null ? 'failed' : 'running';
        if (master === null) keeper.ports = portsOf(settings, '', () => false);
        log.warn({ code: failure.code, reason: failure.message }, 'balancer configuration not applied');
        throw failure;
      }
    },
    async findDamage({ configPath }) {
      if (driftOf(await readIfThere(configPath), keeper.liveConfig) === 'none') return null;
      return findRefusal(configPath);
    },
    async startAsIs(settings) {
      const instance = await preparation.instanceFor(settings.configPath);
      const content = keeper.liveConfig;
      if (content !== null && (await keeper.findDamage(settings)) !== null)
        await applyConfig({ instance, content, backupsDir, now });
      else await startNginx(instance);
      keeper.state = 'running';
      keeper.failure = null;
    },
    async stop(settings) {
      await stopNginx(await preparation.instanceFor(settings.configPath));
      Object.assign(keeper, {
        state: 'stopped',
        failure: null,
        drift: 'none',
        liveConfig: null,
        oldWorkers: [],
        ports: portsOf(settings, '', () => false),
      });
    },
    sawGone(settings) {
      keeper.state = 'failed';
      keeper.ports = portsOf(settings, '', () => false);
      keeper.failure ??= new AppError('balancer_rejected', {
        message: 'nginx has ended; it is being started again.',
      });
    },
    sawConfig(live) {
      keeper.drift = driftOf(live, keeper.liveConfig);
    },
    async sawRunning(settings) {
      const listening = await readListening(portsIn(keeper.liveConfig ?? ''));
      keeper.ports = portsOf(settings, keeper.liveConfig ?? '', (port, protocol) =>
        listening.some((one) => one.port === port && one.protocol === protocol && one.listening),
      );
    },
    async sawWorkers(settings) {
      const master = await currentMaster(settings);
      const found = master === null ? [] : await finishingWorkers(master);
      keeper.oldWorkers = found.map((worker) => ({
        ...worker,
        since: keeper.oldWorkers.find(({ pid }) => pid === worker.pid)?.since ?? now(),
      }));
    },
  };
  return keeper;
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError('balancer_rejected', {
    message: `The balancer could not be set up: ${reason}`,
    cause: error,
  });
}

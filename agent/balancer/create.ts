/** Keeps nginx as the fleet wants it: applies, watches, starts it again, and says what is wrong. */
import { readFile } from 'node:fs/promises';
import {
  getBalancerMemory,
  getBalancerSettings,
  saveBalancerMemory,
  saveBalancerSettings,
} from '../../db/balancer-settings.ts';
import { applyConfig } from '../../lib/balancer/apply.ts';
import { listBackups } from '../../lib/balancer/backups.ts';
import { readForeignSites } from '../../lib/balancer/foreign-sites.ts';
import { readListening } from '../../lib/balancer/listening.ts';
import { backendsIn, portsIn } from '../../lib/balancer/live-config.ts';
import { driftOf, ownershipOf } from '../../lib/balancer/marker.ts';
import { type NginxInstall, readNginxInstall } from '../../lib/balancer/nginx-install.ts';
import { findMaster, searchMaster, signal } from '../../lib/balancer/nginx-process.ts';
import type { Backend } from '../../lib/balancer/render.ts';
import { restoreOriginal } from '../../lib/balancer/restore.ts';
import { AppError } from '../../lib/contract/errors.ts';
import { parseInput } from '../../lib/contract/fields.ts';
import { type BalancerSettings, balancerSettingsSchema } from '../../lib/contract/settings.ts';
import type { BalancerState } from '../../lib/contract/snapshot.ts';
import { type ErrorListener, listenForErrors } from './error-listener.ts';
import { backupsDirOf, instanceOf, readWanted } from './instance.ts';
import { balancerProblems } from './problems.ts';
import type { BalancerService, BalancerServiceOptions } from './service.ts';
import { createWatch } from './watch.ts';

const OFF: BalancerState = { state: 'off', message: null, backends: 0, ports: [] };

export function createBalancerService(deps: BalancerServiceOptions): BalancerService {
  const { db, paths, log, now, activity } = deps;
  let settings = getBalancerSettings(db);
  let { engaged, errorPort } = getBalancerMemory(db);
  let backends: Backend[] = [];
  let wantedText: string | null = null;
  let drift: 'none' | 'differs' | 'foreign' | 'absent' = 'none';
  let failure: AppError | null = null;
  let state: BalancerState = OFF;
  let errors: ErrorListener | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  let install: NginxInstall | null = null;

  /** One change at a time; each sees what the one before it left. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work, work);
    queue = turn.catch(() => undefined);
    return turn;
  }

  /** The paths nginx was built with do not change under a running agent; asking it each time would cost a process. */
  async function instanceAt(configPath: string) {
    install ??= await readNginxInstall();
    return instanceOf(paths, configPath, install);
  }

  function engage(on: boolean): void {
    engaged = on;
    saveBalancerMemory(db, { engaged, errorPort }, now());
  }

  async function apply(target: BalancerSettings, friends: number[] = []): Promise<{ changed: boolean }> {
    try {
      const { instance, content } = await readWanted(paths, target, backends, errorPort);
      const outcome = await applyConfig({ instance, content, backupsDir: backupsDirOf(paths), now, friends });
      wantedText = content;
      failure = null;
      if (outcome.changed) log.info({ backends: backends.length }, 'balancer configuration applied');
      return outcome;
    } catch (error) {
      failure =
        error instanceof AppError
          ? error
          : new AppError('internal', { message: 'The balancer failed.', cause: error });
      throw failure;
    } finally {
      await look();
    }
  }

  /** Reads how it stands: process, ports, file. */
  async function look(): Promise<void> {
    const live = await readLive(settings.configPath);
    drift = driftOf(live, wantedText);
    if (!engaged) {
      state = OFF;
      return;
    }
    const instance = await instanceAt(settings.configPath);
    const master = await findMaster(instance);
    const wanted = portsIn(wantedText ?? live ?? '');
    const ports = await readListening(wanted);
    const isOurs = live !== null && ownershipOf(live) !== 'foreign';
    const complete = master !== null && isOurs && ports.every((port) => port.listening);
    state = {
      state: complete ? 'running' : failure === null ? 'stopped' : 'failed',
      message: complete
        ? null
        : (failure?.message ?? 'nginx does not run with our configuration; it is started again.'),
      backends: isOurs ? backendsIn(live).length : 0,
      ports,
    };
  }

  /** Brings back an nginx that is gone; a configuration changed by hand is shown, not overwritten. */
  async function repair(): Promise<void> {
    if (!engaged) return;
    await look();
    if (state.state === 'running' || drift === 'differs' || drift === 'foreign') return;
    if (wantedText === null) backends = backendsIn((await readLive(settings.configPath)) ?? '');
    await apply(settings);
    activity.record({
      actor: 'agent',
      action: 'balancer.start',
      summary: 'nginx was gone and was started again',
      outcome: 'ok',
    });
  }

  const watch = createWatch(() => inTurn(repair), log);

  return {
    settings: () => settings,
    configure: (change, actor) =>
      inTurn(async () => {
        const next = parseInput(balancerSettingsSchema, { ...settings, ...change });
        if (next.primaryPort === next.secondaryPort) {
          const message = 'must be another port than the first';
          throw new AppError('invalid_input', {
            message: `secondaryPort ${message}.`,
            fields: [{ field: 'secondaryPort', message }],
          });
        }
        const before = settings;
        const moved = before.configPath !== next.configPath;
        const oldInstance = engaged && moved ? await instanceAt(before.configPath) : null;
        const oldMaster = oldInstance === null ? null : await searchMaster(oldInstance);
        settings = next;
        try {
          if (engaged) await apply(next, oldMaster === null ? [] : [oldMaster]);
        } catch (error) {
          // The change was refused and told to who asked for it; what was before is live again.
          settings = before;
          failure = null;
          await look();
          throw error;
        }
        saveBalancerSettings(db, next, now());
        if (oldInstance !== null) {
          await restoreOriginal({ configPath: before.configPath, backupsDir: backupsDirOf(paths) });
          if (oldMaster !== null) signal(oldMaster, 'SIGQUIT');
        }
        activity.record({
          actor,
          action: 'balancer.configure',
          summary: 'Changed the settings of the balancer',
          outcome: 'ok',
        });
        return readDetail();
      }),
    sync(next) {
      backends = [...next];
      return inTurn(async () => {
        if (!engaged) engage(true);
        return apply(settings);
      });
    },
    stop: () =>
      inTurn(async () => {
        if (!engaged) return;
        const instance = await instanceAt(settings.configPath);
        const live = await readLive(settings.configPath);
        const master = await searchMaster(instance);
        if (master !== null && live !== null && ownershipOf(live) !== 'foreign') signal(master, 'SIGQUIT');
        engage(false);
        failure = null;
        wantedText = null;
        state = OFF;
      }),
    state: () => state,
    problems: () => balancerProblems({ engaged, failure, drift, configPath: settings.configPath, state }),
    detail: () => readDetail(),
    async start() {
      errors = await listenForErrors(
        errorPort,
        (address) => backends.find((backend) => backend.address === address)?.index,
      );
      if (errors.port !== errorPort) {
        errorPort = errors.port;
        saveBalancerMemory(db, { engaged, errorPort }, now());
      }
      if (engaged) backends = backendsIn((await readLive(settings.configPath)) ?? '');
      watch.start();
    },
    async close() {
      watch.stop();
      await queue;
      await errors?.close();
    },
  };

  async function readDetail() {
    const { content, sizing } = await readWanted(paths, settings, backends, errorPort);
    const live = await readLive(settings.configPath);
    const isForeign = live !== null && ownershipOf(live) === 'foreign';
    return {
      settings,
      state,
      arithmetic: sizing.arithmetic,
      config: {
        path: settings.configPath,
        live,
        wanted: content,
        drift: driftOf(live, engaged ? content : null),
      },
      backups: await listBackups(backupsDirOf(paths)),
      foreignSites: await readForeignSites(settings.configPath, isForeign ? live : null),
      lastErrors: errors?.lines() ?? [],
    };
  }
}

function readLive(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

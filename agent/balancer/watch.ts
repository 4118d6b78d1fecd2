/**
 * Looks after the running nginx every tick without starting a program: gone → back, with growing pauses; the file
 * changed by others → said, and overwritten only where nginx would not take it.
 */
import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import { ifAbsent, readIfThere } from '../../lib/host/absent.ts';
import type { ActivityLog } from '../activity.ts';

export interface WatchOptions {
  everyMs: number;
  now: () => number;
  log: Logger;
  activity: ActivityLog;
  isWanted: () => boolean;
  hasFailed: () => boolean;
  configPath: () => string;
  currentMaster: () => Promise<number | null>;
  /** Applies what is wanted; waits for its turn. */
  bringBack: () => Promise<void>;
  /** Puts ours back where nginx refuses the file that is there. @returns what it has against that; null: nothing */
  mendConfig: () => Promise<string | null>;
  sawGone: () => void;
  /** The file's text has changed (null: it is gone), or was looked at for the first time. */
  sawConfig: (text: string | null) => void;
  /** Now and then, while the master runs. */
  sawRunning: () => Promise<void>;
  /** More often: after a reload the old workers thin out, and rules of the kernel can be flushed by others. */
  sawWorkers: () => Promise<void>;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** Reading the kernel's UDP table costs time with many sessions, and a master keeps its sockets anyway. */
const PORTS_EVERY_MS = 30_000;
const WORKERS_EVERY_MS = 4000;
/** Whoever edits the file may save it half done; nginx goes on with what it read all the while. */
const SETTLED_AFTER_MS = 15_000;

export function watchBalancer(options: WatchOptions): { start(): void; stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let ticking: Promise<void> = Promise.resolve();
  let stopped = false;
  let pauseMs = FIRST_PAUSE_MS;
  let retryAt = 0;
  let portsAt = 0;
  let workersAt = 0;
  let seen: string | undefined;
  /** When the file was last seen to have changed; null once it was looked at. */
  let changedAt: number | null = null;
  let outage = false;

  async function tick(): Promise<void> {
    if (!options.isWanted()) return;
    const master = await options.currentMaster();
    if (master === null && options.isWanted()) return recover('nginx had ended');
    if (options.hasFailed()) return recover('the last change had failed');
    pauseMs = FIRST_PAUSE_MS;
    outage = false;
    await lookAtConfig();
    if (changedAt !== null && options.now() - changedAt >= SETTLED_AFTER_MS) await mend();
    if (options.now() - workersAt >= WORKERS_EVERY_MS) {
      workersAt = options.now();
      await options.sawWorkers();
    }
    if (options.now() - portsAt < PORTS_EVERY_MS) return;
    portsAt = options.now();
    await options.sawRunning();
  }

  async function recover(reason: string): Promise<void> {
    if (reason === 'nginx had ended') options.sawGone();
    if (options.now() < retryAt) return;
    retryAt = options.now() + pauseMs;
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    try {
      await options.bringBack();
      record(`Balancer brought back: ${reason}`, 'ok');
      outage = false;
    } catch (error) {
      // An outage is written down once, however often it is tried again.
      const message = error instanceof Error ? error.message : String(error);
      if (!outage) record(`Balancer not brought back: ${message}`, 'failed');
      outage = true;
    }
  }

  /** nginx would not start with a damaged file, after a reboot for one. */
  async function mend(): Promise<void> {
    changedAt = null;
    try {
      const damage = await options.mendConfig();
      if (damage !== null)
        record(
          `${options.configPath()} was damaged (${damage}); ours is back, the other is kept among the backups`,
          'ok',
        );
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      record(`${options.configPath()} is damaged and could not be put right: ${message}`, 'failed');
    }
  }

  function record(summary: string, outcome: 'ok' | 'failed'): void {
    options.activity.record({ actor: 'agent', action: 'balancer.watch', summary, outcome });
  }

  async function lookAtConfig(): Promise<void> {
    const path = options.configPath();
    const print = await stat(path).then(
      ({ ino, mtimeMs, size }) => `${path} ${ino} ${mtimeMs} ${size}`,
      ifAbsent(`${path} absent`),
    );
    if (print === seen) return;
    seen = print;
    changedAt = options.now();
    options.sawConfig(await readIfThere(path));
  }

  function schedule(): void {
    timer = setTimeout(() => {
      ticking = tick()
        .catch((error: unknown) => options.log.error({ err: error }, 'watching the balancer'))
        .finally(() => {
          if (!stopped) schedule();
        });
    }, options.everyMs);
  }

  return {
    start: schedule,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await ticking;
    },
  };
}

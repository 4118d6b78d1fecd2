/**
 * Brings the fleet back to what is desired when something else moved it: a crash of the agent, an engine that was
 * away, a container removed by hand, a cause of failure that is gone. Never against the operator, never in a hurry.
 */
import { statfs } from 'node:fs/promises';
import { AppError } from '../../lib/contract/errors.ts';
import type { DesiredFleet } from '../../lib/contract/fleet.ts';
import type { Job } from '../../lib/contract/jobs.ts';
import { hostPortsOf } from '../../lib/fleet/station-spec.ts';
import { findPortOwner } from '../../lib/host/port-owner.ts';
import { isLive, NotBackError } from './await-live.ts';
import { ensureImage } from './environment.ts';
import type { FleetJobs } from './fleet-jobs.ts';
import type { Progress } from './move.ts';
import { type Draft, draftPlan, type FleetCore } from './planner.ts';
import type { TakeDownMark } from './take-down.ts';

const SETTLE_MS = 1500;
/** How often it is looked whether a known cause is gone. */
const LOOK_AGAIN_MS = 5000;
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;
const ENOUGH_FREE_BYTES = 512 * 1024 * 1024;

export type Failure = NonNullable<Job['error']> & { attempts: number; retryAt: number };

export interface Recovery {
  /** Something changed: soon it is looked whether there is anything to do. */
  consider(): void;
  /** A fleet job ended; an operator's cancellation is respected until the operator acts again. */
  jobEnded(job: Job): void;
  /** The operator acts: what held recovery back is over. */
  operatorActs(): void;
  /** The engine was away and is back: what failed because it went is tried at once. */
  engineReturned(): void;
  failure(): Failure | null;
  stop(): void;
}

export interface RecoveryOptions {
  core: FleetCore;
  fleetJobs: FleetJobs;
  desired: () => DesiredFleet;
  takingDown: TakeDownMark;
  /** @param only the stations that may be touched; default all */
  move: (progress: Progress, only?: ReadonlySet<number>) => Promise<void>;
}

export function createRecovery({ core, fleetJobs, desired, takingDown, move }: RecoveryOptions): Recovery {
  const { now, log, activity } = core;
  let failure: Failure | null = null;
  let heldBack = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;

  function schedule(delayMs: number): void {
    if (stopped) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      void look();
    }, delayMs);
  }

  async function look(): Promise<void> {
    if (running) again = true;
    if (stopped || running || heldBack || !(desired().active || takingDown.isSet())) return;
    // The end of a job and the return of the engine are told to us.
    if (fleetJobs.isBusy() || core.state.engine().state === 'down') return;
    running = true;
    try {
      await recover();
    } catch (error) {
      log.warn({ err: error }, 'could not see whether the fleet is as desired');
    } finally {
      running = false;
      if (again) schedule(SETTLE_MS);
      else if (failure !== null || core.rollHold.current() !== null) schedule(LOOK_AGAIN_MS);
      again = false;
    }
  }

  async function recover(): Promise<void> {
    const draft = await draftPlan(core, desired()).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code === 'engine_unavailable') throw error;
      if (failure?.message !== error.message || now() >= failure.retryAt)
        failed({ code: error.code, message: error.message, remedy: error.remedy ?? null });
      return null;
    });
    if (draft === null) return;
    const isHeld = isRollHeld();
    const open = draft.plan.steps.filter(
      ({ action }) => action !== 'blocked' && !(isHeld && action === 'recreate'),
    );
    const only = isHeld ? new Set(open.map(({ index }) => index)) : undefined;
    if (fleetJobs.isBusy() || stopped) return;
    // Where stations are gone already, balancer and bridges may still be there.
    if (open.length === 0 && desired().active) {
      failure = null;
      return;
    }
    if (failure === null || (await isCauseGone(failure, draft))) {
      failure = null;
      startJob(open.length, only);
    } else if (now() >= failure.retryAt) {
      await attempt(failure, only);
    }
  }

  /** A stopped roll goes on when one of the stations it had replaced is live after all. */
  function isRollHeld(): boolean {
    const held = core.rollHold.current();
    if (held === null) return false;
    const replaced = core.runtimes().filter(({ index }) => held.stations.includes(index));
    if (!replaced.some((runtime) => isLive(runtime, core))) return true;
    core.rollHold.release();
    return false;
  }

  function startJob(count: number, only: ReadonlySet<number> | undefined): void {
    const title = desired().active
      ? `Bring the fleet back to what is wanted (${count} ${count === 1 ? 'step' : 'steps'})`
      : 'Go on taking the fleet down; volumes and settings stay';
    fleetJobs.start({ kind: 'fleet.recover', title, actor: 'agent', summary: title }, (job) =>
      move(job, only),
    );
  }

  /** The same failure is not recorded as a job again and again. */
  async function attempt(before: Failure, only: ReadonlySet<number> | undefined): Promise<void> {
    try {
      await fleetJobs.quietly(async (signal) => {
        if (before.code === 'image_unavailable')
          await ensureImage(core, desired().settings.image, () => undefined, signal, 1);
        await move(
          silent(signal, (line) => log.debug({ line }, 'recovery')),
          only,
        );
      });
      failure = null;
      const summary = `The fleet is as wanted, after: ${before.message}`;
      activity.record({ actor: 'agent', action: 'fleet.recover', summary, outcome: 'ok' });
    } catch (error) {
      if (fleetJobs.isBusy() || stopped) return;
      log.info({ err: error }, 'recovery did not succeed yet');
      if (error instanceof NotBackError) return;
      const known = error instanceof AppError ? error : null;
      failed({
        code: known?.code ?? 'internal',
        message: String(known?.message ?? error),
        remedy: known?.remedy ?? null,
      });
    }
  }

  /** That is told as the stopped roll, and not tried again. */
  function isStoppedRoll({ message }: NonNullable<Job['error']>): boolean {
    return core.rollHold.current()?.message === message;
  }

  function failed(error: NonNullable<Job['error']>): void {
    const attempts = failure !== null && failure.code === error.code ? failure.attempts + 1 : 1;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
    failure = { ...error, attempts, retryAt: now() + pauseMs };
    schedule(LOOK_AGAIN_MS);
  }

  async function isCauseGone({ code }: Failure, draft: Draft): Promise<boolean> {
    if (code === 'image_unavailable') return draft.image !== null;
    if (code === 'engine_unavailable') return true;
    if (code === 'disk_full') {
      const { bavail, bsize } = await statfs((await core.docker.info()).rootDir);
      return bavail * bsize > ENOUGH_FREE_BYTES;
    }
    if (code !== 'port_in_use' || draft.context === null) return false;
    for (const { action, index } of draft.plan.steps) {
      if (action !== 'create' && action !== 'start') continue;
      for (const { hostPort, protocol } of hostPortsOf(draft.specOf(index)))
        if ((await findPortOwner(hostPort, protocol)) !== null) return false;
    }
    return true;
  }

  return {
    consider: () => schedule(SETTLE_MS),
    jobEnded(job) {
      if (job.state === 'succeeded') failure = null;
      else if (job.state === 'failed' && job.error !== null && !isStoppedRoll(job.error)) failed(job.error);
      else if (job.state === 'cancelled') {
        heldBack = true;
        // Also after a restart of the agent.
        if (job.kind === 'fleet.takeDown' || job.kind === 'fleet.recover') takingDown.set(false);
      }
      schedule(SETTLE_MS);
    },
    operatorActs() {
      heldBack = false;
      failure = null;
    },
    engineReturned() {
      failure = null;
      schedule(SETTLE_MS);
    },
    failure: () => failure,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Progress that nobody watches. */
function silent(signal: AbortSignal, log: (line: string) => void): Progress {
  return {
    signal,
    setSteps: () => undefined,
    addSteps: () => undefined,
    skip: () => undefined,
    say: () => undefined,
    step: (_key, work) => work(),
    log: (_level, text) => log(text),
  };
}

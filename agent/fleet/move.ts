/** The work of a fleet job: moves the stations from what they are to what is desired. Can be run again at any point. */
import { AppError } from '../../lib/contract/errors.ts';
import type { DesiredFleet, PlanAction, PlanStep } from '../../lib/contract/fleet.ts';
import { applyPlan, nameList, stepKey } from '../../lib/fleet/apply.ts';
import type { ImageFacts } from '../../lib/fleet/station-spec.ts';
import { giveVolumeTo, userIdOf } from '../../lib/fleet/volume-owner.ts';
import type { JobHandle } from '../jobs/runner.ts';
import { NotBackError } from './await-live.ts';
import { createCalm } from './calm.ts';
import { ensureImage, ensureNetworks } from './environment.ts';
import { type Draft, draftPlan, type FleetCore } from './planner.ts';
import type { Rotation } from './rotation.ts';

/** What a job and an unrecorded attempt have in common. */
export type Progress = Pick<JobHandle, 'signal' | 'setSteps' | 'addSteps' | 'step' | 'skip' | 'say' | 'log'>;

export interface MoveOptions {
  core: FleetCore;
  rotation: Rotation;
  progress: Progress;
  desired: () => DesiredFleet;
  /** Only these stations are touched; default all. */
  only?: ReadonlySet<number>;
  /** How long stations that stop may finish their sessions. */
  drainSeconds: number;
  /** Stations are made from this content from now on, wherever its name leads. */
  prove: (image: ImageFacts) => void;
}

const VERBS: Record<PlanAction, string> = {
  create: 'Create',
  recreate: 'Replace',
  update: 'Change limits of',
  start: 'Start',
  stop: 'Stop',
  remove: 'Remove',
  blocked: 'Leave out',
};
const NEEDS_IMAGE: ReadonlySet<PlanAction> = new Set(['create', 'recreate']);
const LEAVES: ReadonlySet<PlanAction> = new Set(['remove', 'stop', 'recreate']);
const STARTS: ReadonlySet<PlanAction> = new Set(['create', 'recreate', 'start']);

/**
 * What can be done is done, then the first thing that could not is thrown.
 * @throws AppError image_unavailable, port_in_use, disk_full, engine_unavailable, job_failed, or the balancer's own
 */
export async function moveFleet(options: MoveOptions): Promise<void> {
  const { core, progress } = options;
  // The job works on what is desired when it runs, not when it was queued.
  const desired = options.desired();
  progress.setSteps([
    { key: 'plan', title: 'Compare what is wanted with what is there' },
    { key: 'prepare', title: 'Prepare image and network' },
  ]);
  const first = await progress.step('plan', () => draftPlan(core, desired));
  let imageError: unknown = null;
  const draft = await progress
    .step('prepare', () => prepare(options, desired, first))
    .catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'image_unavailable') throw error;
      imageError = error;
      return first;
    });
  if (draft.image !== null && desired.active) options.prove(draft.image);
  const steps = draft.plan.steps.filter(
    ({ action, index }) =>
      (options.only?.has(index) ?? true) && (imageError === null || !NEEDS_IMAGE.has(action)),
  );
  for (const note of draft.plan.notes) progress.log('info', note);
  progress.addSteps([
    ...(steps.some(({ action }) => LEAVES.has(action))
      ? [{ key: 'drain', title: 'Let sessions finish' }]
      : []),
    ...steps.map((step) => ({ key: stepKey(step), title: `${VERBS[step.action]} ${step.name}` })),
    { key: 'balancer', title: 'Balance clients over the running stations' },
  ]);
  const failed = await carryOut(options, draft, steps);
  if (failed !== null) throw failed;
  if (imageError !== null) throw imageError;
  const blocked = steps.filter(({ action }) => action === 'blocked');
  for (const { name, reason } of blocked) progress.log('warning', `${name}: ${reason}`);
  // Somebody who starts one station by name is told that it did not start; a whole fleet goes on without it.
  if (options.only !== undefined && blocked[0] !== undefined)
    throw new AppError('key_alarm', {
      message: blocked.map(({ name, reason }) => `${name}: ${reason}`).join(' '),
      remedy: 'The problem list says how to put it right.',
    });
}

/** Image and networks, only where the plan needs them: a fleet can shrink without its image. */
async function prepare(options: MoveOptions, desired: DesiredFleet, first: Draft): Promise<Draft> {
  const { core, progress } = options;
  const inScope = first.plan.steps.filter(({ index }) => options.only?.has(index) ?? true);
  const needsImage = inScope.some(({ action }) => NEEDS_IMAGE.has(action));
  if (needsImage && first.image === null)
    await ensureImage(core, desired.settings.image, (line) => progress.log('info', line), progress.signal);
  if (!inScope.some(({ action }) => STARTS.has(action))) return first;
  const base = await ensureNetworks(core, desired);
  const isOutdated = first.context === null ? needsImage : first.context.base !== base;
  return isOutdated ? draftPlan(core, desired) : first;
}

/** @returns the first reason why something is not as wanted; null when all is */
async function carryOut(options: MoveOptions, draft: Draft, steps: PlanStep[]): Promise<unknown> {
  const { core, rotation, progress } = options;
  const calm = createCalm(options);
  let failed: unknown = null;
  const note = (error: unknown) => {
    failed ??= error;
  };
  try {
    await applyPlan(
      { ...draft.plan, steps },
      {
        docker: core.docker,
        prefix: core.env.prefix,
        specOf: draft.specOf,
        step: (key, work) => progress.step(key, work),
        requireKey: (station) => core.keys.require(station),
        prepareVolume: (station) => prepareVolume(core, draft, station),
        skip: (key, message) => progress.skip(key, message),
        signal: progress.signal,
        leaveBalancer: (stations) => rotation.leave(stations),
        takeStock: core.takeStock,
        drain: (stations) => calm.drain(stations, 'drain'),
        joinBalancer: (stations) => rotation.join(stations),
        live: calm.live,
        awaitLive: (stations, served) => calm.awaitLive(stations, 'balancer', served),
      },
    );
  } catch (error) {
    note(error);
    if (error instanceof NotBackError)
      core.rollHold.hold({
        stations: [...error.stations],
        message: error.message,
        remedy: error.remedy ?? null,
      });
  } finally {
    // Whoever left and still runs, because its step failed or was cancelled, gets clients again.
    rotation.join(steps.map(({ index }) => index));
  }
  await core.state.refresh().catch(note);
  if (progress.signal.aborted) return failed;
  const started = steps.filter(({ action }) => STARTS.has(action)).map(({ index }) => index);
  await progress
    .step('balancer', async () => {
      if (!(failed instanceof NotBackError)) await calm.awaitLive(started, 'balancer');
      await rotation.sync();
    })
    .catch(note);
  note(earlyEnds(core, steps));
  return failed;
}

/** A volume filled under another image's user is handed to this image's. */
async function prepareVolume({ keys }: FleetCore, { imageOf }: Draft, station: number): Promise<void> {
  const directory = keys.dataDir(station);
  const image = imageOf(station);
  const uid = image === null ? null : userIdOf(image.user);
  if (directory !== null && uid !== null) await giveVolumeTo(directory, uid);
}

/** A station that ended as soon as it was started: the engine keeps trying, the operator should know. */
function earlyEnds(core: FleetCore, steps: PlanStep[]): AppError | null {
  const ended = steps.filter(({ action, index }) => {
    const state = core.state.stations.get(index)?.state;
    return STARTS.has(action) && (state === 'restarting' || state === 'exited');
  });
  const first = ended[0];
  if (first === undefined) return null;
  const exitCode = core.state.stations.get(first.index)?.exitCode ?? 'unknown';
  return new AppError('job_failed', {
    message: `${nameList(ended.map(({ name }) => name))} ended right after the start (exit code ${exitCode}).`,
    remedy: `The engine keeps trying. See why: sudo ./conduit logs ${first.index}`,
  });
}

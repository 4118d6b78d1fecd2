/**
 * Carries out a plan: many stations at once where nobody is connected yet, a few at a time where somebody is.
 * Each step may be repeated after a crash; a station that fails does not hold up the others.
 */
import { AppError } from '../contract/errors.ts';
import type { FleetPlan, PlanStep } from '../contract/fleet.ts';
import type { ContainerDetail, ContainerSpec, Docker } from '../host/docker-types.ts';
import { findPortOwner } from '../host/port-owner.ts';
import { inParallel } from './in-parallel.ts';
import { makeContainer } from './make-container.ts';
import { FLEET_LABEL } from './names.ts';
import { hostPortsOf } from './station-spec.ts';

/** Measured: eight creations at a time is the engine's best. One with a known deadlock starts them in turn all the same. */
const CREATE_PARALLEL = 8;
export const STOP_GRACE_SECONDS = 10;

export interface ApplyContext {
  docker: Docker;
  prefix: string;
  specOf: (station: number) => ContainerSpec;
  /** Reads the station's key: a roll takes long, and a start overwrites a damaged one. @throws AppError key_alarm */
  requireKey: (station: number) => Promise<void>;
  /** Before a container is made on a volume that may be there already. */
  prepareVolume: (station: number) => Promise<void>;
  /** Wraps the work of one step, so that its progress is seen. */
  step: (key: string, work: () => Promise<void>) => Promise<void>;
  skip: (key: string, message: string) => void;
  signal: AbortSignal;
  /** Takes stations out of the balancer before they stop; resolves when new clients go elsewhere. */
  leaveBalancer: (stations: number[]) => Promise<void>;
  /** Reads what the stations have moved so far. */
  takeStock: () => Promise<void>;
  /** Waits until they have finished their sessions, or the drain time is over. */
  drain: (stations: number[]) => Promise<void>;
  /** Stations are up again and may be given clients. */
  joinBalancer: (stations: number[]) => void;
  /** Those of them that are live now. */
  live: (stations: number[]) => number[];
  /**
   * Waits, for a while, until they say they are live.
   * @throws AppError when of those that served before, and are to be here again, not one is
   */
  awaitLive: (stations: number[], served: number[]) => Promise<void>;
}

interface Failure {
  step: PlanStep;
  error: unknown;
}

export function stepKey(step: Pick<PlanStep, 'action' | 'index'>): string {
  return `${step.action}-${step.index}`;
}

/** How many stations that serve people are replaced at once: a tenth of the fleet, one to four. */
export function rollingWidth(fleetSize: number): number {
  return Math.max(1, Math.min(4, Math.floor(fleetSize / 10)));
}

/** Reasons of one station that say nothing of the next. */
const OWN_REASONS: ReadonlySet<string> = new Set(['conflict', 'key_alarm', 'port_in_use']);

/**
 * A roll stops after a batch of which nobody came back: the same change would end the others too.
 * @throws AppError job_failed naming each station that failed and why, after the others are done; the first
 * AppError's code and remedy are kept when all failed for one reason
 */
export async function applyPlan(plan: FleetPlan, context: ApplyContext): Promise<void> {
  const of = (...actions: PlanStep['action'][]) => plan.steps.filter((step) => actions.includes(step.action));
  const failures: Failure[] = [];
  const attempt = async (step: PlanStep, work: () => Promise<void>) => {
    if (context.signal.aborted || failures.some(isHopeless)) return;
    await context.step(stepKey(step), work).catch((error: unknown) => void failures.push({ step, error }));
  };
  for (const step of of('blocked')) context.skip(stepKey(step), step.reason);

  const leaving = of('remove', 'stop');
  await leave(leaving, context);
  await inParallel(leaving, CREATE_PARALLEL, (step) => attempt(step, () => takeAway(step, context)));
  await inParallel(of('update'), CREATE_PARALLEL, (step) => attempt(step, () => updateLimits(step, context)));
  await inParallel(of('create', 'start'), CREATE_PARALLEL, (step) =>
    attempt(step, () => bringUp(step, context)),
  );

  const rolling = of('recreate').toSorted((a, b) => a.disconnects - b.disconnects);
  const width = rollingWidth(plan.steps.length + plan.summary.unchanged);
  for (let from = 0; from < rolling.length && !context.signal.aborted; from += width) {
    const batch = rolling.slice(from, from + width);
    const served = context.live(batch.map((step) => step.index));
    await leave(batch, context);
    await inParallel(batch, width, (step) => attempt(step, () => recreate(step, context)));
    // Whoever left and still runs, because its step failed, gets clients again.
    context.joinBalancer(batch.map((step) => step.index));
    const excused = failures.filter(hasOwnReason).map(({ step }) => step.index);
    const isLast = from + width >= rolling.length;
    await context.awaitLive(
      batch.map((step) => step.index),
      isLast ? [] : served.filter((station) => !excused.includes(station)),
    );
  }
  context.signal.throwIfAborted();
  if (failures.length > 0) throw summarise(failures, plan.steps.length);
}

/** New clients go elsewhere first; then those that are connected get time to finish. */
async function leave(steps: PlanStep[], context: ApplyContext): Promise<void> {
  if (steps.length === 0) return;
  const stations = steps.map((step) => step.index);
  await context.leaveBalancer(stations);
  await context.drain(stations);
}

/** What fails one station for this reason fails all of them. */
function isHopeless({ error }: Failure): boolean {
  return error instanceof AppError && (error.code === 'engine_unavailable' || error.code === 'disk_full');
}

function hasOwnReason({ error }: Failure): boolean {
  return error instanceof AppError && OWN_REASONS.has(error.code);
}

async function takeAway(step: PlanStep, context: ApplyContext): Promise<void> {
  const found = await findOwn(step, context);
  if (found === null) return;
  if (found.state === 'running' || found.state === 'restarting' || found.state === 'paused')
    await stop(found, context);
  if (step.action === 'remove') await context.docker.remove(found.id, { force: true });
}

/** Counters of a station end with its process: they are read once more before. */
async function stop(found: ContainerDetail, { docker, takeStock }: ApplyContext): Promise<void> {
  await takeStock();
  await docker.stop(found.id, STOP_GRACE_SECONDS);
}

async function updateLimits(step: PlanStep, context: ApplyContext): Promise<void> {
  const found = await findOwn(step, context);
  const { cpus, memoryBytes } = context.specOf(step.index);
  if (found !== null) await context.docker.updateResources(found.id, { cpus, memoryBytes });
}

async function bringUp(step: PlanStep, context: ApplyContext): Promise<void> {
  const found = await (step.action === 'create' ? null : findOwn(step, context));
  if (found === null) {
    await createAndStart(context, step.index);
  } else {
    if (step.changes.length > 0) await updateLimits(step, context);
    await startOrReplace(found, step, context);
  }
  context.joinBalancer([step.index]);
}

/** A container whose network was removed and made again cannot be started; a new one can. */
async function startOrReplace(found: ContainerDetail, step: PlanStep, context: ApplyContext): Promise<void> {
  try {
    if (found.state === 'paused') await context.docker.unpause(found.id);
    else await start(context, found.id, step.index);
  } catch (error) {
    const networkGone = error instanceof AppError && /network \S+ not found/i.test(error.message);
    if (!networkGone) throw error;
    await context.docker.remove(found.id, { force: true });
    await createAndStart(context, step.index);
  }
}

async function recreate(step: PlanStep, context: ApplyContext): Promise<void> {
  const found = await findOwn(step, context);
  // One that runs with its key in memory is better off than one that cannot be started again.
  await context.requireKey(step.index);
  if (found !== null) {
    await stop(found, context);
    await context.docker.remove(found.id, { force: true });
  }
  await createAndStart(context, step.index);
}

/** The station's container, if it is one of ours: between plan and step somebody may have put another in its place. */
async function findOwn(step: PlanStep, { docker, prefix }: ApplyContext): Promise<ContainerDetail | null> {
  const found = await docker.inspectContainer(step.name);
  if (found === null || found.labels[FLEET_LABEL] === prefix) return found;
  throw new AppError('conflict', {
    message: `A container that is not ours is called ${step.name}; it is left alone.`,
    remedy: `Rename or remove it, for example with: docker rename ${step.name} other-name`,
  });
}

async function createAndStart(context: ApplyContext, station: number): Promise<void> {
  await context.requireKey(station);
  await context.prepareVolume(station);
  const id = await makeContainer(context.docker, context.prefix, context.specOf(station));
  try {
    await start(context, id, station);
  } catch (error) {
    // A container that never ran would only stand in the way of the next attempt.
    await context.docker.remove(id, { force: true });
    throw error;
  }
}

async function start(context: ApplyContext, id: string, station: number): Promise<void> {
  const { docker, specOf, requireKey } = context;
  await requireKey(station);
  await requireOwnPort(specOf(station));
  try {
    await docker.start(id);
  } catch (error) {
    throw error instanceof AppError && error.code === 'port_in_use'
      ? await withOwner(error, specOf(station))
      : error;
  }
}

/** On the host's network the engine does not look: the station itself would end, and say why only in its log. */
async function requireOwnPort(spec: ContainerSpec): Promise<void> {
  if (spec.network.mode !== 'host') return;
  const error = new AppError('port_in_use', {
    message: 'The port of its metrics is in use.',
    remedy: 'Stop the program that uses it, or change the base of the metrics ports in the settings.',
  });
  const owned = await withOwner(error, spec);
  if (owned !== error) throw owned;
}

/** Says who has the port, where that can be seen. */
async function withOwner(error: AppError, spec: ContainerSpec): Promise<AppError> {
  for (const { hostPort, protocol } of hostPortsOf(spec)) {
    const owner = await findPortOwner(hostPort, protocol);
    if (owner === null) continue;
    return new AppError('port_in_use', {
      message: `Port ${hostPort}/${protocol} on 127.0.0.1 is in use by ${owner.process} (process ${owner.pid}).`,
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      cause: error,
    });
  }
  return error;
}

function summarise(failures: Failure[], total: number): AppError {
  const reasons = new Map<string, { names: string[]; error: unknown }>();
  for (const { step, error } of failures) {
    const message = error instanceof Error ? error.message : String(error);
    const entry = reasons.get(message) ?? { names: [], error };
    entry.names.push(step.name);
    reasons.set(message, entry);
  }
  const text = [...reasons].map(([message, { names }]) => `${nameList(names)}: ${message}`).join(' ');
  const [first] = reasons.values();
  const known = reasons.size === 1 && first?.error instanceof AppError ? first.error : null;
  return new AppError(known?.code ?? 'job_failed', {
    message: `${failures.length} of ${total} steps failed. ${text}`,
    ...(known?.remedy === undefined ? {} : { remedy: known.remedy }),
    cause: first?.error,
  });
}

export function nameList(names: string[]): string {
  return names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

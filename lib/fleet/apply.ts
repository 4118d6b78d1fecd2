/**
 * Carries out a plan: many stations at once where nobody is connected yet, a few at a time where somebody is.
 * Each step may be repeated after a crash; a station that fails does not hold up the others.
 */
import { AppError } from '../contract/errors.ts';
import type { FleetPlan, PlanStep } from '../contract/fleet.ts';
import type { ContainerSpec, Docker } from '../host/docker-types.ts';

/** Measured: eight creations at a time is the engine's best. */
const CREATE_PARALLEL = 8;
const STOP_GRACE_SECONDS = 10;

export interface ApplyContext {
  docker: Docker;
  specOf: (station: number) => ContainerSpec;
  hostCpus: number;
  /** Wraps the work of one step, so that its progress is seen. */
  step: (key: string, work: () => Promise<void>) => Promise<void>;
  skip: (key: string, message: string) => void;
  signal: AbortSignal;
  /** Takes stations out of the balancer before they stop; resolves when new clients go elsewhere. */
  leaveBalancer: (stations: number[]) => Promise<void>;
  /** Stations are up again and may be given clients. */
  joinBalancer: (stations: number[]) => void;
}

export function stepKey(step: Pick<PlanStep, 'action' | 'index'>): string {
  return `${step.action}-${step.index}`;
}

/** How many stations that serve people are replaced at once: a tenth of the fleet, one to four. */
export function rollingWidth(fleetSize: number): number {
  return Math.max(1, Math.min(4, Math.floor(fleetSize / 10)));
}

/**
 * @throws AppError job_failed naming each station that failed and why, after the others are done; the first
 * AppError's code and remedy are kept when all failed for one reason
 */
export async function applyPlan(plan: FleetPlan, context: ApplyContext): Promise<void> {
  const of = (...actions: PlanStep['action'][]) => plan.steps.filter((step) => actions.includes(step.action));
  const failures: { step: PlanStep; error: unknown }[] = [];
  const attempt = async (step: PlanStep, work: () => Promise<void>) => {
    if (context.signal.aborted) return;
    await context.step(stepKey(step), work).catch((error: unknown) => void failures.push({ step, error }));
  };
  for (const step of of('blocked')) context.skip(stepKey(step), step.reason);

  const leaving = of('remove', 'stop');
  if (leaving.length > 0) await context.leaveBalancer(leaving.map((step) => step.index));
  await inParallel(leaving, CREATE_PARALLEL, (step) => attempt(step, () => takeAway(step, context)));
  await inParallel(of('update'), CREATE_PARALLEL, (step) => attempt(step, () => updateLimits(step, context)));
  await inParallel(of('create', 'start'), CREATE_PARALLEL, (step) =>
    attempt(step, () => bringUp(step, context)),
  );

  const rolling = of('recreate').toSorted((a, b) => a.disconnects - b.disconnects);
  const width = rollingWidth(plan.steps.length + plan.summary.unchanged);
  for (let from = 0; from < rolling.length && !context.signal.aborted; from += width) {
    const batch = rolling.slice(from, from + width);
    await context.leaveBalancer(batch.map((step) => step.index));
    await inParallel(batch, width, (step) => attempt(step, () => recreate(step, context)));
  }
  context.signal.throwIfAborted();
  if (failures.length > 0) throw summarise(failures, plan.steps.length);
}

async function takeAway(step: PlanStep, { docker }: ApplyContext): Promise<void> {
  const found = await docker.inspectContainer(step.name);
  if (found === null) return;
  if (found.state === 'running' || found.state === 'restarting' || found.state === 'paused')
    await docker.stop(found.id, STOP_GRACE_SECONDS);
  if (step.action === 'remove') await docker.remove(found.id, { force: true });
}

async function updateLimits(step: PlanStep, { docker, specOf, hostCpus }: ApplyContext): Promise<void> {
  const { cpus, memoryBytes } = specOf(step.index);
  // The engine cannot take a CPU limit away from a container, but all the host's CPUs are no limit.
  await docker.updateResources(step.name, { cpus: cpus ?? hostCpus, memoryBytes });
}

async function bringUp(step: PlanStep, context: ApplyContext): Promise<void> {
  if (step.action === 'create') await createAndStart(context, step.index);
  else await context.docker.start(step.name);
  context.joinBalancer([step.index]);
}

async function recreate(step: PlanStep, context: ApplyContext): Promise<void> {
  const { docker } = context;
  const found = await docker.inspectContainer(step.name);
  if (found !== null) {
    await docker.stop(found.id, STOP_GRACE_SECONDS);
    await docker.remove(found.id, { force: true });
  }
  await createAndStart(context, step.index);
  context.joinBalancer([step.index]);
}

async function createAndStart({ docker, specOf }: ApplyContext, station: number): Promise<void> {
  const id = await docker.create(specOf(station));
  try {
    await docker.start(id);
  } catch (error) {
    // A container that never ran would only stand in the way of the next attempt.
    await docker.remove(id, { force: true });
    throw error;
  }
}

function summarise(failures: { step: PlanStep; error: unknown }[], total: number): AppError {
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

function nameList(names: string[]): string {
  return names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

async function inParallel<T>(items: T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

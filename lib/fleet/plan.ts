/** What has to happen to get from the actual fleet to the desired one; data to be shown before anything does. */
import type { DesiredFleet, FleetPlan, PlanAction, PlanStep } from '../contract/fleet.ts';
import { shortId } from '../format/image.ts';
import type { ContainerSpec } from '../host/docker-types.ts';
import { SPEC_LABEL } from './names.ts';
import { readShape, shapeChanges } from './station-shape.ts';
import { settingsShape } from './station-spec.ts';

/** A container of the fleet as the engine has it. */
export interface ActualStation {
  index: number;
  name: string;
  /** `running`, `restarting`, `exited`, `created`, `paused`, `dead`. */
  state: string;
  labels: Record<string, string>;
  command: string[];
  /** Content it was made from. */
  imageId: string;
  cpus: number | null;
  memoryBytes: number | null;
}

export interface PlanInput {
  prefix: string;
  desired: DesiredFleet;
  actual: ActualStation[];
  /** The container a wanted station should have; null while the image is not known yet. */
  specOf: (station: number) => ContainerSpec | null;
  /** Stations that may not be started, and why. */
  blocked: ReadonlyMap<number, string>;
  connectedOf: (station: number) => number;
  /** CPUs of the host: a limit of all of them is none. */
  hostCpus: number;
  notes?: string[];
}

const SUMMARY_OF: Record<PlanAction, keyof FleetPlan['summary']> = {
  create: 'created',
  recreate: 'recreated',
  update: 'updated',
  start: 'started',
  stop: 'stopped',
  remove: 'removed',
  blocked: 'blocked',
};

export function planFleet(input: PlanInput): FleetPlan {
  const wanted = input.desired.active ? input.desired.settings.count : 0;
  const actual = new Map(input.actual.map((station) => [station.index, station]));
  const steps: PlanStep[] = [];
  for (let station = 1; station <= wanted; station++) {
    const step = planStation(input, station, actual.get(station));
    if (step !== null) steps.push(step);
  }
  for (const station of input.actual.toSorted((a, b) => a.index - b.index)) {
    if (station.index > wanted) steps.push(removeStep(input, station, wanted));
  }
  const summary = {
    created: 0,
    recreated: 0,
    updated: 0,
    started: 0,
    stopped: 0,
    removed: 0,
    blocked: 0,
    unchanged: 0,
  };
  for (const step of steps) summary[SUMMARY_OF[step.action]] += 1;
  summary.unchanged = Math.max(0, wanted - steps.filter((step) => step.action !== 'remove').length);
  return {
    steps,
    summary,
    disconnects: steps.reduce((sum, step) => sum + step.disconnects, 0),
    notes: input.notes ?? [],
  };
}

function removeStep(input: PlanInput, station: ActualStation, wanted: number): PlanStep {
  const reason =
    wanted === 0
      ? 'The fleet is taken down; the volume with its key stays.'
      : `Above the wanted count of ${wanted}; the volume with its key stays.`;
  return step(input, 'remove', station.index, station.name, reason, []);
}

function planStation(input: PlanInput, station: number, actual: ActualStation | undefined): PlanStep | null {
  const name = `${input.prefix}-${station}`;
  const stoppedByOperator = input.desired.overrides[String(station)]?.stopped === true;
  const isUp = actual !== undefined && ['running', 'restarting', 'paused'].includes(actual.state);
  if (stoppedByOperator) {
    return isUp ? step(input, 'stop', station, name, 'Stopped by the operator.', []) : null;
  }
  const spec = input.specOf(station);
  const changes = actual === undefined ? [] : fixedChanges(input.desired, spec, actual);
  const mustStart = actual === undefined || changes.length > 0 || !isUp;
  const obstacle = input.blocked.get(station);
  if (obstacle !== undefined && mustStart)
    return step(input, 'blocked', station, name, `Not started: ${obstacle}.`, []);
  if (actual === undefined) return step(input, 'create', station, name, 'There is no container yet.', []);
  if (changes.length > 0)
    return step(input, 'recreate', station, name, 'These cannot change in a running container.', changes);
  if (actual.state === 'dead')
    return step(input, 'recreate', station, name, 'The engine could not remove it properly.', []);
  const limits = spec === null ? [] : limitChanges(spec, actual, input.hostCpus);
  if (actual.state === 'paused') return step(input, 'start', station, name, 'It was paused by hand.', limits);
  if (!isUp) return step(input, 'start', station, name, 'It exists and does not run.', limits);
  return limits.length === 0
    ? null
    : step(input, 'update', station, name, 'Changes in place; nobody is disconnected.', limits);
}

/** What a running container cannot change. Without the image, as far as the settings alone tell. */
function fixedChanges(
  desired: DesiredFleet,
  spec: ContainerSpec | null,
  actual: ActualStation,
): PlanStep['changes'] {
  if (spec === null) {
    const known = readShape(actual.labels);
    return known === null ? [] : shapeChanges(known, { ...known, ...settingsShape(desired, actual.index) });
  }
  const content = contentChange(desired, spec, actual);
  if (actual.labels[SPEC_LABEL] === spec.labels[SPEC_LABEL]) return content;
  const changes = shapeChanges(readShape(actual.labels), readShape(spec.labels));
  if (changes.length > 0) return [...changes, ...content];
  const [from, to] = [actual.command.join(' '), spec.command.join(' ')];
  return from === to
    ? [{ field: 'container', from: 'as an earlier version made it', to: 'as this version makes it' }]
    : [{ field: 'command', from, to }];
}

/** A newer image behind the same name is rolled out on request, not by surprise: only proven content is wanted. */
function contentChange(
  desired: DesiredFleet,
  spec: ContainerSpec,
  actual: ActualStation,
): PlanStep['changes'] {
  const isSettled =
    desired.trial?.station === actual.index || desired.proven?.reference === desired.settings.image;
  if (!isSettled || actual.imageId === spec.image) return [];
  return [{ field: 'content', from: shortId(actual.imageId), to: shortId(spec.image) }];
}

function limitChanges(spec: ContainerSpec, actual: ActualStation, hostCpus: number): PlanStep['changes'] {
  const cpus = (value: number | null) => (value === null || value >= hostCpus ? null : value);
  const changes: PlanStep['changes'] = [];
  if (cpus(spec.cpus) !== cpus(actual.cpus))
    changes.push({ field: 'cpus', from: limitText(cpus(actual.cpus)), to: limitText(cpus(spec.cpus)) });
  if (spec.memoryBytes !== actual.memoryBytes) {
    changes.push({ field: 'memory', from: memoryText(actual.memoryBytes), to: memoryText(spec.memoryBytes) });
  }
  return changes;
}

function limitText(value: number | null): string {
  return value === null ? 'no limit' : String(value);
}

function memoryText(bytes: number | null): string {
  return bytes === null ? 'no limit' : `${Math.round(bytes / 1024 / 1024)} MB`;
}

function step(
  input: PlanInput,
  action: PlanAction,
  index: number,
  name: string,
  reason: string,
  changes: PlanStep['changes'],
): PlanStep {
  const cuts = action === 'recreate' || action === 'stop' || action === 'remove';
  return { action, index, name, reason, changes, disconnects: cuts ? input.connectedOf(index) : 0 };
}

/** A plan in words: one sentence, and the steps of many stations told together. Pure. */
import type { FleetPlan, PlanAction, PlanStep } from '../../lib/contract/fleet.ts';

export const ACTION_WORDS: Record<PlanAction, string> = {
  create: 'create',
  recreate: 'recreate',
  update: 'change in place',
  start: 'start',
  stop: 'stop',
  remove: 'remove, the volume stays',
  blocked: 'held back',
};

/** Fields of a plan under the names the form gives them. */
const FIELD_WORDS: Record<string, string> = {
  image: 'Image',
  content: 'Content of the image',
  dialect: 'Command line',
  maxClients: 'Users per station',
  bandwidthMbps: 'Mbit/s per client',
  networkMode: 'Network',
  address: 'Address',
  loopbackPort: 'Port for diagnosis',
  openFiles: 'Open files',
  cpus: 'CPU limit',
  memory: 'Memory limit',
  command: 'Command',
  container: 'Container',
};

/** Stations to which the same happens for the same reason. */
export interface StepGroup {
  action: PlanAction;
  /** `conduit-1`, or `conduit-1 … conduit-12`. */
  stations: string;
  count: number;
  /** What changes, or why. */
  lines: string[];
}

/** Puts steps together that follow each other and say the same, so that 200 stations are still a page to read. */
export function groupSteps(steps: readonly PlanStep[]): StepGroup[] {
  const groups: PlanStep[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && kindOf(last[0]) === kindOf(step)) last.push(step);
    else groups.push([step]);
  }
  return groups.flatMap((members) => {
    const [first, last] = [members[0], members.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [
      {
        action: first.action,
        stations: members.length === 1 ? first.name : `${first.name} … ${last.name}`,
        count: members.length,
        lines: first.changes.length === 0 ? [first.reason] : changeLines(members, first),
      },
    ];
  });
}

/** `3 created, 2 recreated, 35 unchanged`. */
export function planSentence({ summary, steps }: Pick<FleetPlan, 'summary' | 'steps'>): string {
  const { unchanged, ...rest } = summary;
  if (steps.length === 0) return 'Every station is as wanted already; none has to change.';
  const words: Record<keyof typeof rest, string> = {
    created: 'created',
    recreated: 'recreated',
    updated: 'changed in place',
    started: 'started',
    stopped: 'stopped',
    removed: 'removed',
    blocked: 'held back',
  };
  const parts = (Object.keys(words) as (keyof typeof words)[])
    .filter((key) => rest[key] > 0)
    .map((key) => `${rest[key]} ${words[key]}`);
  return [...parts, `${unchanged} unchanged`].join(', ');
}

/** Address and port are each station's own; that they change is the same, to what is not. */
const OWN_FIELDS = new Set(['address', 'loopbackPort', 'command']);

function kindOf({ action, reason, changes }: PlanStep): string {
  const told = changes.map(({ field, from, to }) => (OWN_FIELDS.has(field) ? field : [field, from, to]));
  return JSON.stringify(changes.length === 0 ? [action, reason] : [action, told]);
}

function changeLines(members: PlanStep[], first: PlanStep): string[] {
  return first.changes.map(({ field, from, to }) => {
    const name = FIELD_WORDS[field] ?? field;
    return members.length > 1 && OWN_FIELDS.has(field) ? `${name} changes` : `${name}: ${from} → ${to}`;
  });
}

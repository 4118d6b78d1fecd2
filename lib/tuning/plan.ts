/** From what the kernel has, our file and our record to what an apply would do, row by row. Pure. */
import type { TuningRow } from '../contract/tuning.ts';
import type { Parameter } from './catalogue.ts';
import { isLoaded, type ModuleState } from './kernel.ts';
import type { TuningRecord } from './record.ts';
import { normalize, targetWords, valueFor } from './rules.ts';

/** What was read of one key: its value, and why it cannot be written here; or why there is none. */
export type Reading = { value: string; fixed: string | null } | { missing: string };

export interface Found {
  /** Every key of the catalogue. */
  readings: ReadonlyMap<string, Reading>;
  /** Values a key may take, where the kernel lists them. */
  choices: ReadonlyMap<string, readonly string[]>;
  /** How this kernel has each module of the catalogue. */
  modules: ReadonlyMap<string, ModuleState>;
  /** Modules that our file loads at the host's next start. */
  modulesAtStart: ReadonlySet<string>;
  /** Our file, null while there is none. */
  file: ReadonlyMap<string, string> | null;
  /** What the other files of this host set at its next start, after ours. */
  overridden: ReadonlyMap<string, { value: string; path: string }>;
  record: TuningRecord | null;
}

export function planTuning(parameters: readonly Parameter[], found: Found): TuningRow[] {
  return parameters.map((parameter) => planRow(parameter, found));
}

function planRow(parameter: Parameter, found: Found): TuningRow {
  const { key, reason, rule } = parameter;
  const reading = found.readings.get(key) ?? { missing: 'was not read' };
  const original = found.record?.originals[key] ?? null;
  const base = {
    key,
    kind: 'kernel' as const,
    reason,
    target: targetWords(rule),
    original,
    inFile: found.file?.get(key) ?? null,
    boot: bootOf(key, found),
    lost: lostWords(parameter, found),
  };
  if ('missing' in reading) {
    if (parameter.module === undefined || found.modules.get(parameter.module) !== 'loadable')
      return { ...base, now: null, after: null, state: 'impossible', drift: false, note: reading.missing };
    return {
      ...base,
      now: null,
      // Its value is known once the module is there; the target stands for it until then.
      after: valueFor(rule, ''),
      state: 'change',
      drift: false,
      note: `loads the module ${parameter.module} first`,
    };
  }
  const now = normalize(reading.value);
  const ours = found.record?.applied[key];
  // After a crash in the middle nobody knows who set it.
  const drift = ours !== undefined && found.record?.pending === false && now !== normalize(ours);
  // What we set ourselves is no floor: where the target fell, so does the value, down to what was there before.
  const floor = ours !== undefined && !drift && original !== null ? original : now;
  const after = valueFor(rule, floor);
  const before = found.record?.refused[key];
  const refused =
    reading.fixed ?? refusal(parameter, after, found) ?? (before?.value === after ? before.note : null);
  if (refused !== null && after !== now)
    return { ...base, now, after: now, state: 'impossible', drift, note: refused, lost: null };
  // The kernel rounds some values: what it made of ours is ours.
  const rounded =
    ours !== undefined && !drift && found.record?.written[key] === after && now === normalize(ours);
  return {
    ...base,
    now,
    after: rounded ? now : after,
    ...judged(parameter, now, rounded ? now : after, drift, ours),
  };
}

function judged(
  { rule }: Parameter,
  now: string,
  after: string,
  drift: boolean,
  ours: string | undefined,
): Pick<TuningRow, 'state' | 'drift' | 'note'> {
  const changed = drift ? `was ${ours} after our last apply; something else changed it since` : null;
  if (now !== after) return { state: 'change', drift, note: changed };
  const exact = rule.kind === 'exactly' ? now === rule.value : now === valueFor(rule, '');
  if (exact || ours !== undefined) return { state: 'right', drift, note: changed };
  const better = rule.kind === 'atMost' ? 'lower' : 'higher';
  const kept = rule.kind === 'atLeast' || rule.kind === 'atMost';
  return { state: 'kept', drift, note: kept ? `stays: ${better} than needed` : 'stays: does as well' };
}

function refusal(parameter: Parameter, after: string, found: Found): string | null {
  const choices = parameter.choices === undefined ? undefined : found.choices.get(parameter.choices);
  if (choices === undefined || choices.includes(after)) return null;
  if (parameter.module !== undefined && found.modules.get(parameter.module) === 'loadable') return null;
  return `this kernel has no ${after} (it has ${choices.join(', ')}), and no module for it`;
}

/** Why a value of ours does not hold after the next start. */
function lostWords({ key, rule, module }: Parameter, found: Found): string | null {
  const { record, file, overridden, modules, modulesAtStart } = found;
  if (record === null || !(key in record.applied)) return null;
  const other = overridden.get(key);
  if (other !== undefined)
    return valueFor(rule, other.value) === other.value
      ? null
      : `${other.path} sets ${other.value} at the next start`;
  const inFile = file?.get(key);
  const written = record.written[key];
  if (inFile === undefined) return 'our file does not set it any more';
  if (written !== undefined && inFile !== written)
    return `our file was changed: it sets ${inFile} at the next start`;
  if (module !== undefined && isLoaded(modules.get(module)) && !modulesAtStart.has(module))
    return `the module ${module} is not loaded in time at the next start`;
  return null;
}

/** What holds after the next start, as the files of this host say. */
function bootOf(key: string, { file, overridden }: Found): TuningRow['boot'] {
  const other = overridden.get(key);
  const ours = file?.get(key);
  if (other === undefined) return ours === undefined ? null : { value: ours, path: null };
  return { value: other.value, path: other.path };
}

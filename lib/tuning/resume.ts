/** What the agent does once when it starts: our values are in force again, whatever the start of the host made of them. */
import type { TuningOutcome } from '../contract/tuning.ts';
import { parametersFor, type Wanted } from './catalogue.ts';
import { findTuning } from './find.ts';
import { loadModule, readBootId, writeKey } from './kernel.ts';
import type { TuningPlace } from './place.ts';
import { readRecord, type TuningRecord, writeRecord } from './record.ts';
import { revertTuning } from './revert.ts';
import { normalize, valueFor } from './rules.ts';
import { applyTuning } from './tune.ts';

export interface Resumed {
  what: 'nothing' | 'apply' | 'revert' | 'lost at the start';
  outcomes: TuningOutcome[];
}

/**
 * Goes on with an apply or a revert that did not get to its end, and sets again what did not come back with the host: a key,
 * for example, whose module was loaded too late. The latter once a start of the host: what somebody changes afterwards is
 * his, and shown as such.
 */
export async function resumeTuning(place: TuningPlace, wanted: Wanted, now: number): Promise<Resumed> {
  const record = await readRecord(place.recordPath);
  if (record?.pending)
    return record.reverting
      ? { what: 'revert', outcomes: await revertTuning(place) }
      : { what: 'apply', outcomes: await applyTuning(place, wanted, now) };
  const bootId = await readBootId(place.procSys);
  if (record === null || bootId === null || bootId === record.bootId)
    return { what: 'nothing', outcomes: [] };
  const outcomes = await setAgain(place, wanted, record);
  await writeRecord(place.recordPath, { ...record, bootId });
  return { what: outcomes.length === 0 ? 'nothing' : 'lost at the start', outcomes };
}

async function setAgain(place: TuningPlace, wanted: Wanted, record: TuningRecord): Promise<TuningOutcome[]> {
  const parameters = parametersFor(wanted);
  const before = await findTuning(place, parameters);
  for (const module of before.modulesAtStart)
    if (before.modules.get(module) === 'loadable') await loadModule(module);
  const found = await findTuning(place, parameters);
  const outcomes: TuningOutcome[] = [];
  for (const { key, rule } of parameters) {
    const ours = record.applied[key];
    if (ours === undefined || found.overridden.has(key)) continue;
    const reading = found.readings.get(key) ?? { missing: 'was not read' };
    if ('missing' in reading) {
      outcomes.push({ key, before: null, after: null, outcome: 'impossible', note: reading.missing });
      continue;
    }
    const now = normalize(reading.value);
    if (now === normalize(ours) || valueFor(rule, now) === now) continue;
    const note = await writeKey(place.procSys, key, normalize(ours));
    const after = note === null ? ours : now;
    outcomes.push({ key, before: now, after, outcome: note === null ? 'applied' : 'impossible', note });
  }
  return outcomes;
}

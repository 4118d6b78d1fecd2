/** What the agent does once when it starts: our values are in force again, whatever the start of the host made of them. */
import type { TuningOutcome } from '../contract/tuning.ts';
import { parametersFor, type Wanted } from './catalogue.ts';
import { findTuning } from './find.ts';
import { loadModule, readBootId, writeKey } from './kernel.ts';
import type { TuningPlace } from './place.ts';
import { readRecord, type TuningRecord, writeRecord } from './record.ts';
import { normalize, valueFor } from './rules.ts';

/**
 * Sets again what did not come back with the host: a key, for example, whose module was loaded too late. Once a start of
 * the host: what somebody changes afterwards is his, and shown as such.
 *
 * @returns what was set
 */
export async function resumeTuning(place: TuningPlace, wanted: Wanted): Promise<TuningOutcome[]> {
  const record = await readRecord(place.recordPath);
  if (record === null) return [];
  const bootId = await readBootId(place.procSys);
  if (record.pending || bootId === null || bootId === record.bootId) return [];
  const outcomes = await setAgain(place, wanted, record);
  await writeRecord(place.recordPath, { ...record, bootId });
  return outcomes;
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

/** Takes the tuning back: values, files, modules. */
import type { TuningOutcome } from '../contract/tuning.ts';
import { hasKey, readKey, unloadModule, writeKey } from './kernel.ts';
import { restoreFiles } from './own-files.ts';
import type { TuningPlace } from './place.ts';
import { readRecord, removeRecord, type TuningRecord, writeRecord } from './record.ts';

/**
 * Puts back what was there before the first apply. Can be run again after a crash. What the kernel does not take stays on
 * record, with the value it had, until a later revert gets it there.
 */
export async function revertTuning(place: TuningPlace): Promise<TuningOutcome[]> {
  const record = await readRecord(place.recordPath);
  if (record === null) return [];
  await writeRecord(place.recordPath, { ...record, pending: true, reverting: true });
  const outcomes: TuningOutcome[] = [];
  // Backwards: ports stay reserved until the range is off them.
  for (const [key, original] of Object.entries(record.originals).reverse())
    outcomes.push(await restoreKey(place, key, original));
  await restoreFiles(place, record);
  for (const module of record.modules) await unloadModule(module);
  const left = outcomes.filter(({ outcome }) => outcome === 'impossible').map(({ key }) => key);
  if (left.length === 0) await removeRecord(place.recordPath);
  else await writeRecord(place.recordPath, remaining(record, left));
  return outcomes;
}

async function restoreKey(place: TuningPlace, key: string, original: string): Promise<TuningOutcome> {
  // One that went with its module has nothing of ours any more.
  if (!(await hasKey(place.procSys, key)))
    return { key, before: null, after: null, outcome: 'restored', note: 'is not there any more' };
  const reading = await readKey(place.procSys, key);
  const before = 'value' in reading ? reading.value : null;
  const note = before === original ? null : await writeKey(place.procSys, key, original);
  return {
    key,
    before,
    after: note === null ? original : before,
    outcome: note === null ? 'restored' : 'impossible',
    note,
  };
}

/** Files and modules are as they were; of the values only these are not. */
function remaining(record: TuningRecord, left: readonly string[]): TuningRecord {
  const only = (values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).filter(([key]) => left.includes(key)));
  return {
    ...record,
    pending: true,
    reverting: true,
    appliedAt: 0,
    originals: only(record.originals),
    applied: only(record.applied),
    written: {},
    refused: {},
    files: {},
    modules: [],
  };
}

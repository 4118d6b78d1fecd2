/** Takes the tuning back: values, files, modules. */
import type { TuningOutcome } from '../contract/tuning.ts';
import { readKey, unloadModule, writeKey } from './kernel.ts';
import { restoreFiles } from './own-files.ts';
import type { TuningPlace } from './place.ts';
import { readRecord, removeRecord, writeRecord } from './record.ts';

/** Puts back what was there before the first apply: values, files, modules. Can be run again after a crash. */
export async function revertTuning(place: TuningPlace): Promise<TuningOutcome[]> {
  const record = await readRecord(place.recordPath);
  if (record === null) return [];
  await writeRecord(place.recordPath, { ...record, pending: true });
  const outcomes: TuningOutcome[] = [];
  for (const [key, original] of Object.entries(record.originals)) {
    const reading = await readKey(place.procSys, key);
    const before = 'value' in reading ? reading.value : null;
    const refused = before === original ? null : await writeKey(place.procSys, key, original);
    outcomes.push({
      key,
      before,
      after: refused === null ? original : before,
      outcome: refused === null ? 'restored' : 'impossible',
      note: refused,
    });
  }
  await restoreFiles(record);
  for (const module of record.modules) await unloadModule(module);
  await removeRecord(place.recordPath);
  return outcomes;
}

/** Reads, applies and reverts on one host. The decision is in plan.ts; here is its effect, safe against a crash at any point. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TuningOutcome, TuningReport, TuningRow } from '../contract/tuning.ts';
import { type Parameter, parametersFor, type Wanted } from './catalogue.ts';
import { findTuning } from './find.ts';
import { isLoaded, loadModule, readAll, readBootId, readKey, writeKey } from './kernel.ts';
import { planLimits } from './limits.ts';
import { noteFiles, writeFiles, writeLimits } from './own-files.ts';
import type { TuningPlace } from './place.ts';
import { type Found, planTuning } from './plan.ts';
import { EMPTY_RECORD, type TuningRecord, writeRecord } from './record.ts';
import { revertTuning } from './revert.ts';
import { normalize } from './rules.ts';

/** What is, and what an apply would do; changes nothing. */
export async function readTuning(place: TuningPlace, wanted: Wanted): Promise<TuningReport> {
  const parameters = parametersFor(wanted);
  const found = await findTuning(place, parameters);
  const rows = [...planTuning(parameters, found), ...(await planLimits(place))];
  const { record } = found;
  const interrupted = record?.pending ?? false;
  const paths = Object.keys(record?.files ?? {}).filter((path) => !path.endsWith('/'));
  const files = (await readAll(paths)).map(({ path }) => path);
  return {
    rows,
    appliedAt: record === null || record.appliedAt === 0 ? null : record.appliedAt,
    interrupted,
    verified: !interrupted && record !== null && rows.every(isAsWanted),
    files,
    wanted: { sessions: wanted.sessions, stations: wanted.stations, memoryBytes: wanted.memoryBytes },
  };
}

function isAsWanted({ state, lost }: TuningRow): boolean {
  return state !== 'change' && state !== 'waiting' && lost === null;
}

/**
 * Brings the host there: notes what is there now, writes our files, then the kernel. What this kernel refuses is reported
 * and left out. Can be run again at any time, after a crash too.
 *
 * @param parameters a test of what each does names some of them
 * @throws AppError host_unsupported when our files cannot be written; no value has changed then, and what an earlier apply
 *   did stays, marked as interrupted
 */
export async function applyTuning(
  place: TuningPlace,
  wanted: Wanted,
  now: number,
  parameters = parametersFor(wanted),
): Promise<TuningOutcome[]> {
  const before = await findTuning(place, parameters);
  const record = startRecord(before.record);
  const modules = modulesToLoad(parameters, before);
  record.modules = [...new Set([...record.modules, ...modules])];
  await mkdir(dirname(place.recordPath), { recursive: true });
  await writeRecord(place.recordPath, record);
  for (const module of modules) await loadModule(module);

  const found = modules.length === 0 ? before : await findTuning(place, parameters);
  // What was refused before is tried again.
  const rows = planTuning(parameters, {
    ...found,
    record: found.record === null ? null : { ...found.record, refused: {} },
  });
  const limits = await planLimits(place);
  const values = intended(rows, record);
  for (const row of rows) {
    const reading = found.readings.get(row.key);
    if (!values.has(row.key) || reading === undefined || !('value' in reading)) continue;
    record.originals[row.key] ??= reading.value;
  }
  for (const { key, state, now: is } of rows) {
    const value = state === 'change' ? values.get(key) : is;
    if (values.has(key) && value != null) record.applied[key] = value;
    else delete record.applied[key];
  }
  record.written = Object.fromEntries(values);
  await noteFiles(place, record, modulesAtStart(parameters, values, found), limits);
  await writeRecord(place.recordPath, record);
  const write = () =>
    writeFiles(place, parameters, values, modulesAtStart(parameters, values, found), record);
  try {
    await write();
    await writeLimits(place, limits);
  } catch (error) {
    // What was noted stays on record: a file or a module of ours is there already, and a revert must know of it.
    if (before.record === null) await revertTuning(place);
    throw error;
  }

  record.refused = {};
  const outcomes: TuningOutcome[] = [];
  for (const row of rows) outcomes.push(await applyRow(place, row, values, record));
  // What the kernel refused must not be tried at each start of the host either.
  await write();
  const bootId = await readBootId(place.procSys);
  await writeRecord(place.recordPath, { ...record, pending: false, appliedAt: now, bootId });
  return [...outcomes, ...limits.map(limitOutcome)];
}

function startRecord(before: TuningRecord | null): TuningRecord {
  return { ...structuredClone(before ?? EMPTY_RECORD), pending: true, reverting: false };
}

function modulesToLoad(parameters: readonly Parameter[], { readings, choices, modules }: Found): string[] {
  const needed = parameters.flatMap(({ key, module, rule, choices: list }) => {
    if (module === undefined || modules.get(module) !== 'loadable') return [];
    const reading = readings.get(key);
    const known = list === undefined ? undefined : choices.get(list);
    const lacksChoice = rule.kind === 'exactly' && known !== undefined && !known.includes(rule.value);
    return reading === undefined || 'missing' in reading || lacksChoice ? [module] : [];
  });
  return [...new Set(needed)];
}

/**
 * Modules that must be there before the host sets our values at its start. One that is loaded now counts too: Docker may
 * have loaded it, and Docker starts later than that.
 */
function modulesAtStart(
  parameters: readonly Parameter[],
  values: ReadonlyMap<string, string>,
  { modules }: Found,
): string[] {
  const needed = parameters.flatMap(({ key, module }) =>
    module !== undefined && values.has(key) && isLoaded(modules.get(module)) ? [module] : [],
  );
  return [...new Set(needed)];
}

/** Every value of ours after this apply: those to change, and those we changed before. */
function intended(rows: readonly TuningRow[], record: TuningRecord): Map<string, string> {
  const values = new Map<string, string>();
  for (const { key, state, after } of rows) {
    const ours = state === 'change' || key in record.originals;
    if (!ours || state === 'impossible' || after === null) continue;
    // What the kernel rounded stays in the file as it was asked for.
    const isRounded = state === 'right' && after === normalize(record.applied[key] ?? '');
    values.set(key, isRounded ? (record.written[key] ?? after) : after);
  }
  return values;
}

async function applyRow(
  place: TuningPlace,
  row: TuningRow,
  values: Map<string, string>,
  record: TuningRecord,
): Promise<TuningOutcome> {
  const { key, now: before, after, state } = row;
  const outcome = { key, before, after, note: row.note };
  if (state !== 'change' || after === null)
    return { ...outcome, outcome: state === 'change' ? 'impossible' : state };
  const refused = await writeKey(place.procSys, key, after);
  const reading = await readKey(place.procSys, key);
  if (refused !== null) {
    values.delete(key);
    delete record.applied[key];
    delete record.written[key];
    record.refused[key] = { value: after, note: refused };
    // One that was ours before keeps what a revert needs.
    if (row.original === null) delete record.originals[key];
    return { ...outcome, after: before, outcome: 'impossible', note: refused };
  }
  if ('value' in reading) record.applied[key] = reading.value;
  return { ...outcome, outcome: 'applied' };
}

function limitOutcome({ key, now, after, state, note: why }: TuningRow): TuningOutcome {
  return { key, before: now, after, note: why, outcome: state === 'change' ? 'applied' : state };
}

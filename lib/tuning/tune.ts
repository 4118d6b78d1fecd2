/** Reads, applies and reverts on one host. The decision is in plan.ts; here is its effect, safe against a crash at any point. */
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../contract/errors.ts';
import type { TuningOutcome, TuningReport, TuningRow } from '../contract/tuning.ts';
import { readIfThere } from '../host/absent.ts';
import { atomicWrite } from '../host/atomic-write.ts';
import { run } from '../host/run.ts';
import { hasSystemd } from '../host/systemd.ts';
import { type Parameter, parametersFor, type Wanted } from './catalogue.ts';
import {
  isLoadable,
  listSysctlFiles,
  loadModule,
  readAll,
  readKey,
  unloadModule,
  writeKey,
} from './kernel.ts';
import { dropInFor, planLimits } from './limits.ts';
import { type Found, planTuning, type Reading } from './plan.ts';
import { EMPTY_RECORD, readRecord, removeRecord, type TuningRecord, writeRecord } from './record.ts';
import { bootOrder, overriddenAfter, parseSysctlFile, renderSysctlFile } from './sysctl-file.ts';

/** Where it all lies; a test names a throw-away root. */
export interface TuningPlace {
  /** /proc/sys */
  procSys: string;
  /** /etc */
  etcDir: string;
  recordPath: string;
}

const sysctlPath = (place: TuningPlace) => join(place.etcDir, 'sysctl.d/99-zz-conduit.conf');
const modulesPath = (place: TuningPlace) => join(place.etcDir, 'modules-load.d/conduit.conf');

/** What is, and what an apply would do; changes nothing. */
export async function readTuning(place: TuningPlace, wanted: Wanted): Promise<TuningReport> {
  const found = await find(place, parametersFor(wanted));
  return report(place, wanted, found);
}

async function report(place: TuningPlace, wanted: Wanted, found: Found): Promise<TuningReport> {
  const rows = [...planTuning(parametersFor(wanted), found), ...(await planLimits(place.etcDir))];
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

function isAsWanted({ state, now, boot, original }: TuningRow): boolean {
  if (state === 'change') return false;
  return original === null || state === 'impossible' || boot?.value === now || boot?.path === null;
}

async function find(place: TuningPlace, parameters: readonly Parameter[]): Promise<Found> {
  const readings = new Map<string, Reading>();
  const choices = new Map<string, readonly string[]>();
  const loadable = new Set<string>();
  for (const parameter of parameters) {
    const reading = await readKey(place.procSys, parameter.key);
    readings.set(parameter.key, reading);
    if (parameter.choices !== undefined) {
      const list = await readKey(place.procSys, parameter.choices);
      if ('value' in list) choices.set(parameter.choices, list.value.trim().split(/\s+/));
    }
    const needsModule = 'missing' in reading || parameter.choices !== undefined;
    if (parameter.module !== undefined && needsModule && (await isLoadable(parameter.module)))
      loadable.add(parameter.module);
  }
  const text = await readIfThere(sysctlPath(place));
  return {
    readings,
    choices,
    loadable,
    file: text === null ? null : parseSysctlFile(text),
    overridden: overriddenAfter(sysctlPath(place), await filesOfBoot(place)),
    record: await readRecord(place.recordPath),
  };
}

async function filesOfBoot(place: TuningPlace) {
  const own = join(place.etcDir, 'sysctl.d');
  const others =
    place.etcDir === '/etc' ? ['/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d'] : [];
  const lists = await Promise.all([own, ...others].map(listSysctlFiles));
  return readAll([...bootOrder(lists), ...(hasSystemd() ? [] : [join(place.etcDir, 'sysctl.conf')])]);
}

/**
 * Brings the host there: notes what is there now, writes our files, then the kernel. What this kernel refuses is reported
 * and left out. Can be run again at any time, after a crash too.
 *
 * @throws AppError host_unsupported when our files cannot be written; nothing has changed then
 */
export async function applyTuning(place: TuningPlace, wanted: Wanted, now: number): Promise<TuningOutcome[]> {
  const parameters = parametersFor(wanted);
  const before = await find(place, parameters);
  const record = startRecord(before.record);
  const modules = modulesToLoad(parameters, before);
  await note(place, record, await filesToWrite(place, modules), modules);
  for (const module of modules) await loadModule(module);

  const found = modules.length === 0 ? before : await find(place, parameters);
  // What was refused before is tried again.
  const rows = planTuning(parameters, {
    ...found,
    record: found.record === null ? null : { ...found.record, refused: {} },
  });
  const limits = await planLimits(place.etcDir);
  const values = intended(rows, record);
  for (const row of rows) {
    const reading = found.readings.get(row.key);
    if (!values.has(row.key) || reading === undefined || !('value' in reading)) continue;
    record.originals[row.key] ??= reading.value;
  }
  record.applied = Object.fromEntries(values);
  await writeRecord(place.recordPath, record);
  try {
    await writeFiles(place, parameters, values, record.modules);
    await writeLimits(place, limits);
  } catch (error) {
    if (before.record === null) await revertTuning(place);
    else await writeRecord(place.recordPath, before.record);
    throw error;
  }

  record.refused = {};
  const outcomes: TuningOutcome[] = [];
  for (const row of rows) outcomes.push(await applyRow(place, row, values, record));
  // What the kernel refused must not be tried at each start of the host either.
  await writeFiles(place, parameters, values, record.modules);
  await writeRecord(place.recordPath, { ...record, pending: false, appliedAt: now });
  return [...outcomes, ...limits.map(limitOutcome)];
}

function startRecord(before: TuningRecord | null): TuningRecord {
  return { ...structuredClone(before ?? EMPTY_RECORD), pending: true };
}

function modulesToLoad(parameters: readonly Parameter[], { readings, choices, loadable }: Found): string[] {
  const needed = parameters.flatMap(({ key, module, rule, choices: list }) => {
    if (module === undefined || !loadable.has(module)) return [];
    const reading = readings.get(key);
    const known = list === undefined ? undefined : choices.get(list);
    const lacksChoice = rule.kind === 'exactly' && known !== undefined && !known.includes(rule.value);
    return reading === undefined || 'missing' in reading || lacksChoice ? [module] : [];
  });
  return [...new Set(needed)];
}

/** Our files, and the directories for them that are not there yet (with a slash at their end). */
async function filesToWrite(place: TuningPlace, modules: readonly string[]): Promise<string[]> {
  const limits = (await planLimits(place.etcDir)).filter(({ state }) => state === 'change');
  const drop = limits.map((row) => join(place.etcDir, dropInFor(row).path));
  const paths = [sysctlPath(place), ...(modules.length > 0 ? [modulesPath(place)] : []), ...drop];
  const absent: string[] = [];
  for (const path of paths) {
    const directory = dirname(path);
    const there = await readdir(directory).catch(() => null);
    if (there === null) absent.push(`${directory}/`);
  }
  return [...new Set([...absent, ...paths])];
}

/** Writes down what our files and modules replace, before anything is replaced. */
async function note(
  place: TuningPlace,
  record: TuningRecord,
  paths: readonly string[],
  modules: readonly string[],
): Promise<void> {
  for (const path of paths)
    if (!(path in record.files)) record.files[path] = path.endsWith('/') ? null : await readIfThere(path);
  record.modules = [...new Set([...record.modules, ...modules])];
  await mkdir(dirname(place.recordPath), { recursive: true });
  await writeRecord(place.recordPath, record);
}

/** Every value of ours after this apply: those to change, and those we changed before. */
function intended(rows: readonly TuningRow[], record: TuningRecord): Map<string, string> {
  const values = new Map<string, string>();
  for (const { key, state, after } of rows) {
    const ours = state === 'change' || key in record.originals;
    if (ours && state !== 'impossible' && after !== null) values.set(key, after);
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
    record.refused[key] = { value: after, note: refused };
    // One that was ours before keeps what a revert needs.
    if (row.original === null) delete record.originals[key];
    return { ...outcome, after: before, outcome: 'impossible', note: refused };
  }
  if ('value' in reading) record.applied[key] = reading.value;
  return { ...outcome, outcome: 'applied' };
}

async function writeFiles(
  place: TuningPlace,
  parameters: readonly Parameter[],
  values: ReadonlyMap<string, string>,
  modules: readonly string[],
): Promise<void> {
  const text = renderSysctlFile(parameters, values);
  await writeOwn(sysctlPath(place), text);
  if (modules.length > 0)
    await writeOwn(
      modulesPath(place),
      `# Written by Conduit Cluster Manager; \`conduit tune --revert\` removes it.\n${modules.join('\n')}\n`,
    );
}

async function writeLimits(place: TuningPlace, rows: readonly TuningRow[]): Promise<void> {
  const changes = rows.filter(({ state }) => state === 'change');
  for (const row of changes) {
    const { path, text } = dropInFor(row);
    await writeOwn(join(place.etcDir, path), text);
  }
  if (changes.length > 0) await run('systemctl', ['daemon-reload']);
}

async function writeOwn(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    if ((await readIfThere(path)) !== text) await atomicWrite(path, text);
  } catch (error) {
    throw new AppError('host_unsupported', {
      message: `${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}); the kernel was not changed.`,
      remedy:
        'Make its file system writable (`mount -o remount,rw`), or set the values on the machine that hosts this one.',
      cause: error,
    });
  }
}

function limitOutcome({ key, now, after, state, note: why }: TuningRow): TuningOutcome {
  return { key, before: now, after, note: why, outcome: state === 'change' ? 'applied' : state };
}

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

async function restoreFiles({ files }: TuningRecord): Promise<void> {
  const paths = Object.entries(files);
  for (const [path, text] of paths.filter(([name]) => !name.endsWith('/'))) {
    if (text !== null) await atomicWrite(path, text);
    else if ((await readIfThere(path)) !== null) await rm(path);
  }
  const directories = paths.map(([path]) => path).filter((path) => path.endsWith('/'));
  // Somebody may have put a file of his own beside ours.
  for (const directory of directories) await rmdir(directory).catch(() => undefined);
  if (hasSystemd() && paths.some(([path]) => path.includes('/systemd/')))
    await run('systemctl', ['daemon-reload']);
}

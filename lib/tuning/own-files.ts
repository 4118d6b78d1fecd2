/** The files of ours outside the state directory: written whole, and put back as they were before us. */
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../contract/errors.ts';
import type { TuningRow } from '../contract/tuning.ts';
import { readIfThere } from '../host/absent.ts';
import { atomicWrite } from '../host/atomic-write.ts';
import { run } from '../host/run.ts';
import { hasSystemd } from '../host/systemd.ts';
import type { Parameter } from './catalogue.ts';
import { dropInFor } from './limits.ts';
import { modulesPath, sysctlPath, type TuningPlace } from './place.ts';
import type { TuningRecord } from './record.ts';
import { renderModulesFile, renderSysctlFile } from './sysctl-file.ts';

/**
 * Writes down what our files replace, before anything is replaced; of a directory that is not there yet, that it is not
 * (with a slash at its end).
 *
 * @param modules that are to be loaded at each start
 */
export async function noteFiles(
  place: TuningPlace,
  record: TuningRecord,
  modules: readonly string[],
  limits: readonly TuningRow[],
): Promise<void> {
  const drop = limits
    .filter(({ state }) => state === 'change')
    .map((row) => join(place.etcDir, dropInFor(row).path));
  const paths = [sysctlPath(place), ...(modules.length > 0 ? [modulesPath(place)] : []), ...drop];
  for (const path of paths) {
    const directory = dirname(path);
    const there = await readdir(directory).catch(() => null);
    if (there === null) record.files[`${directory}/`] ??= null;
    if (!(path in record.files)) record.files[path] = await readIfThere(path);
  }
}

export async function writeFiles(
  place: TuningPlace,
  parameters: readonly Parameter[],
  values: ReadonlyMap<string, string>,
  modules: readonly string[],
  record: TuningRecord,
): Promise<void> {
  await writeOwn(sysctlPath(place), renderSysctlFile(parameters, values));
  // One that an earlier apply wrote may be left without a line.
  if (modules.length > 0 || modulesPath(place) in record.files)
    await writeOwn(modulesPath(place), renderModulesFile(modules));
}

export async function writeLimits(place: TuningPlace, rows: readonly TuningRow[]): Promise<void> {
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

export async function restoreFiles(place: TuningPlace, { files }: TuningRecord): Promise<void> {
  const paths = Object.entries(files);
  for (const [path, text] of paths.filter(([name]) => !name.endsWith('/'))) {
    if (text !== null) await atomicWrite(path, text);
    else if ((await readIfThere(path)) !== null) await rm(path);
  }
  const directories = paths.map(([path]) => path).filter((path) => path.endsWith('/'));
  // Somebody may have put a file of his own beside ours.
  for (const directory of directories) await rmdir(directory).catch(() => undefined);
  if (hasSystemd(place.runDir) && paths.some(([path]) => path.includes('/systemd/')))
    await run('systemctl', ['daemon-reload']);
}

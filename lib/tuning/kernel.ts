/** The kernel's parameters and modules on this host. */
import { constants } from 'node:fs';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ifAbsent, readIfThere } from '../host/absent.ts';
import { CommandError, isNotInstalled, type RunResult, run } from '../host/run.ts';
import type { Reading } from './plan.ts';

const KEY = /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/;

/** @param procSys /proc/sys, or a directory that stands for it in a test */
export async function readKey(procSys: string, key: string): Promise<Reading> {
  const path = pathOf(procSys, key);
  try {
    const [text, fixed] = await Promise.all([
      readFile(path, 'utf8'),
      access(path, constants.W_OK).then(() => null, whyNot),
    ]);
    return { value: text.replace(/\n$/, ''), fixed };
  } catch (error) {
    return { missing: whyNot(error) };
  }
}

export function hasKey(procSys: string, key: string): Promise<boolean> {
  return access(pathOf(procSys, key)).then(() => true, ifAbsent(false));
}

/** @returns null when it was written, else why not, in words */
export async function writeKey(procSys: string, key: string, value: string): Promise<string | null> {
  try {
    // A key that is not there must not become a file. The line's end lets an empty list be written.
    await writeFile(pathOf(procSys, key), `${value}\n`, { flag: constants.O_WRONLY | constants.O_TRUNC });
    return null;
  } catch (error) {
    // It was read before: what is missing is what the value names.
    const isUnknown = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isUnknown ? `this kernel has no ${value}, and no module for it` : whyNot(error);
  }
}

function pathOf(procSys: string, key: string): string {
  if (!KEY.test(key)) throw new Error(`${key} is not the name of a kernel parameter`);
  return join(procSys, ...key.split('.'));
}

function whyNot(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOENT':
      return 'this kernel, or this network namespace, does not have it';
    case 'EROFS':
      return 'read-only here, as in a container: set it on the machine that hosts this one';
    case 'EACCES':
    case 'EPERM':
      return 'this kernel does not let it be changed from here, as in a container';
    case 'EINVAL':
    case 'ERANGE':
      return 'this kernel does not take that value';
    default:
      if (code === undefined) throw error;
      return `it failed with ${code}`;
  }
}

/** How this kernel has a module; null: not at all, or nothing here can tell. */
export type ModuleState = 'loaded' | 'loadable' | 'built-in' | null;

export async function findModule(procSys: string, module: string): Promise<ModuleState> {
  const loaded = await readIfThere(join(procSys, '../modules'));
  if (loaded?.split('\n').some((line) => line.startsWith(`${module} `))) return 'loaded';
  const { stdout } = (await answer('modprobe', ['-D', module])) ?? { stdout: '' };
  if (/^builtin /m.test(stdout)) return 'built-in';
  return /^insmod /m.test(stdout) ? 'loadable' : null;
}

/** Whether the host must be told at each start to load it. */
export function isLoaded(state: ModuleState | undefined): boolean {
  return state === 'loaded' || state === 'loadable';
}

export async function loadModule(module: string): Promise<boolean> {
  return (await answer('modprobe', [module])) !== null;
}

/** @returns false when it is in use, or built in */
export async function unloadModule(module: string): Promise<boolean> {
  return (await answer('modprobe', ['-r', module])) !== null;
}

/** @returns null where the program is not there or fails */
async function answer(file: string, args: readonly string[]): Promise<RunResult | null> {
  try {
    return await run(file, args, { timeoutMs: 10_000 });
  } catch (error) {
    if (error instanceof CommandError && (isNotInstalled(error) || error.exitCode !== undefined)) return null;
    throw error;
  }
}

/** Another one after each start of the host; null where the kernel does not say. */
export async function readBootId(procSys: string): Promise<string | null> {
  const reading = await readKey(procSys, 'kernel.random.boot_id');
  return 'value' in reading ? reading.value : null;
}

export async function listSysctlFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(ifAbsent<string[]>([]));
  return names.map((name) => join(directory, name));
}

/** Files that went away between listing and reading are left out. */
export async function readAll(paths: readonly string[]): Promise<{ path: string; text: string }[]> {
  const texts = await Promise.all(paths.map(async (path) => ({ path, text: await readIfThere(path) })));
  return texts.flatMap(({ path, text }) => (text === null ? [] : [{ path, text }]));
}

/** What was there before the first apply, so that a revert can put back exactly that. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readIfThere } from '../host/absent.ts';
import { atomicWrite } from '../host/atomic-write.ts';

const recordSchema = z.object({
  version: z.literal(1),
  /** True from before the first change until all of them are made: a crash in between is seen. */
  pending: z.boolean(),
  /** What is pending is a revert. */
  reverting: z.boolean().default(false),
  appliedAt: z.number(),
  /** The start of the host in which our values were last seen in force; null where the kernel does not say. */
  bootId: z.string().nullable().default(null),
  /** Values as they were read before our first write, tabs and all. */
  originals: z.record(z.string(), z.string()),
  /** What we wrote, as the kernel gave it back. */
  applied: z.record(z.string(), z.string()),
  /** What our file says, before the kernel rounded it. */
  written: z.record(z.string(), z.string()).default({}),
  /** Values this kernel would not take, each with its reason; they are tried again at every apply. */
  refused: z.record(z.string(), z.object({ value: z.string(), note: z.string() })),
  /** Files as they were before us; null: there was none. */
  files: z.record(z.string(), z.string().nullable()),
  /** Modules that we loaded. */
  modules: z.array(z.string()),
});
export type TuningRecord = z.infer<typeof recordSchema>;

export const EMPTY_RECORD: TuningRecord = {
  version: 1,
  pending: false,
  reverting: false,
  appliedAt: 0,
  bootId: null,
  originals: {},
  applied: {},
  written: {},
  refused: {},
  files: {},
  modules: [],
};

export function tuningRecordPath(stateDir: string): string {
  return join(stateDir, 'tuning.json');
}

/** @returns null while nothing was applied. @throws Error when the file cannot be understood */
export async function readRecord(path: string): Promise<TuningRecord | null> {
  const text = await readIfThere(path);
  return text === null ? null : recordSchema.parse(JSON.parse(text));
}

export function writeRecord(path: string, record: TuningRecord): Promise<void> {
  return atomicWrite(path, `${JSON.stringify(record, null, 2)}\n`, 0o600);
}

export function removeRecord(path: string): Promise<void> {
  return rm(path, { force: true });
}

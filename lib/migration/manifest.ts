/** The record of a migration on disk: what was there before, and which steps are done. Written before each change it describes. */

import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AppError } from '../contract/errors.ts';
import { desiredFleetSchema } from '../contract/fleet.ts';
import { parseJson } from '../contract/json.ts';
import { ifAbsent } from '../host/absent.ts';
import { atomicWrite } from '../host/atomic-write.ts';
import { archivedFileSchema } from './host-files.ts';

const savedKey = z.object({
  station: z.number(),
  volume: z.string(),
  /** Directory of the volume on this host. */
  directory: z.string(),
  proxyId: z.string(),
  fingerprint: z.string(),
  /** Name of the copy, in the migration's folder `keys`, and what it must come to. */
  copy: z.string(),
  sha256: z.string(),
});
export type SavedKey = z.infer<typeof savedKey>;

export const migrationManifestSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  state: z.enum(['running', 'migrated', 'rolling-back', 'rolled-back']),
  startedAt: z.number(),
  count: z.number(),
  image: z.string(),
  shredAddresses: z.boolean(),
  /** What the fleet was to be before. */
  desiredBefore: desiredFleetSchema,
  stations: z.array(
    savedKey.extend({
      /** Its container before and while it is put aside. */
      name: z.string(),
      keptAs: z.string(),
      containerId: z.string(),
      wasRunning: z.boolean(),
      /** An engine that starts again would start it even when it was stopped. */
      restartsAlways: z.boolean(),
      /** Owner of the volume's content. */
      uid: z.number(),
      /** All that the engine said of it, for making it anew. */
      inspect: z.record(z.string(), z.unknown()),
    }),
  ),
  orphans: z.array(savedKey),
  volumes: z.record(z.string(), z.string()),
  settings: z.object({
    fleet: z.record(z.string(), z.unknown()),
    overrides: z.record(z.string(), z.unknown()),
  }),
  files: z.array(archivedFileSchema),
  /** Services of systemd that ran, and are to run again. */
  services: z.array(z.string()),
  /** Programs of theirs that nothing looks after and that were ended. */
  loosePrograms: z.array(z.string()),
  /** Whether nginx served something before ours. */
  nginxRan: z.boolean(),
  done: z.array(z.string()),
});
export type MigrationManifest = z.infer<typeof migrationManifestSchema>;

/** The migrations of this server, each in a folder of its own. */
export function migrationsDir(backupsDir: string): string {
  return join(backupsDir, 'migration');
}

export function folderOf(backupsDir: string, id: string): string {
  return join(migrationsDir(backupsDir), id);
}

export async function writeManifest(backupsDir: string, manifest: MigrationManifest): Promise<void> {
  const folder = folderOf(backupsDir, manifest.id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await atomicWrite(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, 0o600);
}

/** The newest migration; null when there never was one. @throws AppError internal when its record cannot be understood */
export async function readNewestManifest(backupsDir: string): Promise<MigrationManifest | null> {
  const ids = (await readdir(migrationsDir(backupsDir)).catch(ifAbsent([] as string[]))).sort().reverse();
  for (const id of ids) {
    const path = join(folderOf(backupsDir, id), 'manifest.json');
    const text = await readFile(path, 'utf8').catch(ifAbsent(null));
    // A folder without a record: it ended before anything was changed.
    if (text === null) continue;
    const parsed = migrationManifestSchema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    throw new AppError('internal', {
      message: `${path} cannot be understood.`,
      remedy:
        'It is written by this program only; put it back from a backup, or move its folder away to begin anew.',
    });
  }
  return null;
}

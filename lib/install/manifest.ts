/** The record of what an installation changed on the host, so that uninstalling can put back exactly that. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { readIfThere } from '../host/absent.ts';
import { atomicWrite } from '../host/atomic-write.ts';

const manifestSchema = z.object({
  version: z.literal(1),
  installedAt: z.number(),
  /** Packages that were not there before. */
  packages: z.array(z.string()),
  accountCreated: z.boolean(),
  /** `nothing`: it ran before us; else how we started it. */
  dockerStarted: z.enum(['nothing', 'systemd', 'supervisor']),
  /** Whether nginx ran with the operator's own configuration before the first installation. */
  nginxRan: z.boolean().default(false),
  recorded: z.boolean().default(false),
  /** Files and links of ours outside our own directories. */
  files: z.array(z.string()),
  /** The checkout the last release was built from. */
  checkout: z.string().nullable(),
});
export type Manifest = z.infer<typeof manifestSchema>;

const EMPTY: Manifest = {
  version: 1,
  installedAt: 0,
  packages: [],
  accountCreated: false,
  dockerStarted: 'nothing',
  nginxRan: false,
  recorded: false,
  files: [],
  checkout: null,
};

/** The empty record when nothing is installed. @throws Error when the file is there and cannot be understood */
export async function readManifest(path: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY;
    throw error;
  }
  return manifestSchema.parse(JSON.parse(text));
}

/** Reads, changes and writes the record; what was noted before is never forgotten. */
export async function noteInManifest(
  path: string,
  change: (manifest: Manifest) => Partial<Manifest>,
): Promise<void> {
  const before = await readManifest(path);
  const after: Manifest = {
    ...before,
    installedAt: before.installedAt === 0 ? Date.now() : before.installedAt,
    ...change(before),
  };
  if (JSON.stringify(after) === JSON.stringify(before)) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o711 });
  await atomicWrite(path, `${JSON.stringify(after, null, 2)}\n`, 0o600);
}

export const withEntry = (list: readonly string[], entry: string): string[] => [...new Set([...list, entry])];

/** Packages that the bootstrap brought before there was any of this program, one a line. @param home the checkout */
export async function broughtByBootstrap(home: string): Promise<string[]> {
  const text = (await readIfThere(join(home, '.brought-packages'))) ?? '';
  return text.split('\n').filter((name) => /^[a-z0-9][a-z0-9.+-]*$/.test(name));
}

/** The panel's port, as the installation has it. */
import { readFile } from 'node:fs/promises';
import type { Layout } from './layout.ts';
import { DEFAULT_PANEL_PORT, envFileOf, parseEnvFile } from './services.ts';

/** The default when nothing is installed yet. */
export async function panelPort(layout: Layout): Promise<number> {
  try {
    const { PORT } = parseEnvFile(await readFile(envFileOf(layout, 'panel'), 'utf8'));
    return PORT === undefined ? DEFAULT_PANEL_PORT : Number(PORT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return DEFAULT_PANEL_PORT;
    throw error;
  }
}

/** The command `conduit`: ours in the place of theirs, where ours is installed. */
import { access, symlink } from 'node:fs/promises';
import { join } from 'node:path';

const INSTALLED = '/usr/local/lib/conduit/current/conduit';

export async function replaceCommand(root: string, path: string): Promise<void> {
  const installed = await access(join(root, INSTALLED)).then(
    () => true,
    () => false,
  );
  if (!installed) return;
  await symlink(INSTALLED, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

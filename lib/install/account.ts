/** The panel's account: no shell, no home, no rights but to open the agent's panel socket. */
import { readFile } from 'node:fs/promises';
import { run } from '../host/run.ts';
import type { Layout } from './layout.ts';
import { noteInManifest, readManifest } from './manifest.ts';
import { right, type Step, wrong } from './step.ts';

export function accountStep(layout: Layout): Step {
  const { account } = layout;
  return {
    title: `System account \`${account}\``,
    remedy: `Create it by hand: useradd --system --user-group --no-create-home --shell /usr/sbin/nologin ${account}`,
    async check() {
      const [user, group] = [await hasEntry('/etc/passwd', account), await hasEntry('/etc/group', account)];
      return user && group ? right() : wrong(user ? 'its group is missing' : 'does not exist yet');
    },
    async apply() {
      if (!(await hasEntry('/etc/group', account))) await run('groupadd', ['--system', account]);
      if (await hasEntry('/etc/passwd', account)) return;
      const nowhere = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'];
      await run('useradd', ['--system', '--gid', account, ...nowhere, account]);
      await noteInManifest(layout.paths.installManifest, () => ({ accountCreated: true }));
    },
  };
}

/** Removes the account if the installation made it. @returns whether it did */
export async function removeAccount(layout: Layout): Promise<boolean> {
  const { accountCreated } = await readManifest(layout.paths.installManifest);
  if (!accountCreated || !(await hasEntry('/etc/passwd', layout.account))) return false;
  await run('userdel', [layout.account]);
  if (await hasEntry('/etc/group', layout.account)) await run('groupdel', [layout.account]);
  return true;
}

async function hasEntry(file: string, name: string): Promise<boolean> {
  return (await readFile(file, 'utf8')).split('\n').some((line) => line.startsWith(`${name}:`));
}

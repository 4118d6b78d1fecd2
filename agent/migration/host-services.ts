/** What of an older manager runs besides its stations: ended without the traps of its main service, and started again. */
import { readdir, readFile } from 'node:fs/promises';
import { run } from '../../lib/host/run.ts';
import { hasSystemd } from '../../lib/host/systemd.ts';
import { isTheirCronLine } from '../../lib/migration/find-traces.ts';
import { takeAway } from '../../lib/migration/host-files.ts';
import type { MigrationManifest } from '../../lib/migration/manifest.ts';
import type { JobHandle } from '../jobs/runner.ts';
import { replaceCommand } from './command.ts';
import type { MigrationDeps } from './service.ts';

/** Its plain services: ending these removes nothing. */
const SERVICES = ['conduit-tracker.service', 'conduit-telegram.service'];
/** What these services run; without systemd they are started by hand. */
const PROGRAM = /\0(\/opt\/conduit\/conduit-(?:tracker|telegram)\.sh)\0/;

type Deps = Pick<MigrationDeps, 'env'>;

/** A test looks at a root of its own, which no systemd and no process belongs to. */
const isThisHost = ({ env }: Deps) => env.hostRoot === '/';

export async function runningServices(deps: Deps): Promise<string[]> {
  if (!hasSystemd() || !isThisHost(deps)) return [];
  const running: string[] = [];
  for (const name of SERVICES) {
    const { exitCode } = await run('systemctl', ['is-active', '--quiet', name], { okExitCodes: [1, 3, 4] });
    if (exitCode === 0) running.push(name);
  }
  return running;
}

/** Its files go, its programs end; its stations go on. Can be done again. */
export async function takeServicesOut(
  deps: Deps,
  manifest: MigrationManifest,
  job: JobHandle,
): Promise<void> {
  for (const name of manifest.services) await run('systemctl', ['stop', name], { okExitCodes: [5] });
  for (const file of manifest.files) {
    if (file.action === 'copy') continue;
    await takeAway(file, isTheirCronLine);
    if (file.action === 'replace') await replaceCommand(deps.env.hostRoot, file.path);
    job.log(
      'info',
      file.action === 'lines' ? `${file.path}: its lines are out` : `${file.path}: archived and taken away`,
    );
  }
  // systemd forgets the units; what runs under them goes on.
  await reloadUnits(deps);
  for (const { pid, script } of await loosePrograms(deps)) {
    process.kill(pid, 'SIGTERM');
    if (!manifest.loosePrograms.includes(script)) manifest.loosePrograms.push(script);
    job.log('info', `${script}: ended`);
  }
}

/** @returns what has to be started by hand */
export async function bringServicesBack(deps: Deps, manifest: MigrationManifest): Promise<string[]> {
  await reloadUnits(deps);
  for (const name of manifest.services) await run('systemctl', ['start', name]);
  return manifest.loosePrograms;
}

async function reloadUnits(deps: Deps): Promise<void> {
  if (hasSystemd() && isThisHost(deps)) await run('systemctl', ['daemon-reload']);
}

async function loosePrograms(deps: Deps): Promise<{ pid: number; script: string }[]> {
  if (!isThisHost(deps)) return [];
  const found: { pid: number; script: string }[] = [];
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    // It may have ended since the directory was read.
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    const script = PROGRAM.exec(`\0${command}`)?.[1];
    if (script !== undefined) found.push({ pid: Number(name), script });
  }
  return found;
}

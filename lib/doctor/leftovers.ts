/** What older managers left on this server; read only. Formats: conduit-manager 1.x and CONDUIT-CLUSTER-MANAGER 2.x. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../host/absent.ts';
import type { Leftover } from './facts.ts';

/** Paths below /etc whose presence alone tells. */
const FILES: readonly Leftover[] = [
  {
    path: 'systemd/system/conduit-tracker.service',
    what: 'the tracker of conduit-manager 1.x, which writes client addresses to disk',
  },
  { path: 'systemd/system/conduit-telegram.service', what: 'the messages of conduit-manager 1.x' },
  { path: 'init.d/conduit', what: 'starts conduit-manager 1.x with the server' },
  {
    path: 'sysctl.d/99-conduit-cluster.conf',
    what: 'kernel parameters of CONDUIT-CLUSTER-MANAGER, set at each start',
  },
  { path: 'nginx/stream.d/conduit.conf', what: 'the balancer of CONDUIT-CLUSTER-MANAGER' },
];

/** Lines of root's crontab that belong to them. */
const CRON = /conduit update --auto|\/opt\/conduit\/(health-check|nginx-watchdog)\.sh/;
/** Relative to /etc, so that a test's directory holds all of it. */
const CRONTABS = ['crontab', '../var/spool/cron/crontabs/root', '../var/spool/cron/root'];

export async function findLeftovers(etcDir: string): Promise<Leftover[]> {
  const found: Leftover[] = [];
  const unit = join(etcDir, 'systemd/system/conduit.service');
  const text = await readIfThere(unit);
  if (text !== null) found.push({ path: unit, what: whoseUnit(text) });
  for (const { path, what } of FILES)
    if (await exists(join(etcDir, path))) found.push({ path: join(etcDir, path), what });
  for (const path of CRONTABS) {
    const crontab = await readIfThere(join(etcDir, path));
    if (crontab?.split('\n').some((line) => !line.startsWith('#') && CRON.test(line)))
      found.push({ path: join(etcDir, path), what: 'runs an older manager from cron' });
  }
  return found;
}

/** Others use the same name for their unit: what it starts tells them apart. Pure. */
export function whoseUnit(text: string): string {
  const start = /^ExecStart=(.*)$/m.exec(text)?.[1] ?? '';
  if (/\/usr\/local\/bin\/conduit start/.test(start))
    return 'starts conduit-manager 1.x with the server, and removes containers when it is stopped';
  return 'a service of another program that is named conduit too';
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Tunes the kernel as this process sees it, for a test that runs it in a namespace: `tune-here.ts ACTION DIRECTORY PORT [PROC_SYS]`. */
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TuningPlace } from '../../lib/tuning/place.ts';
import { revertTuning } from '../../lib/tuning/revert.ts';
import { applyTuning, readTuning } from '../../lib/tuning/tune.ts';

const [, , action, root = '', port, procSys = '/proc/sys'] = process.argv;
const place: TuningPlace = {
  procSys,
  etcDir: join(root, 'etc'),
  runDir: join(root, 'run'),
  recordPath: join(root, 'state/tuning.json'),
};
const wanted = {
  sessions: 40_000,
  stations: 600,
  ports: [5566, Number(port)],
  memoryBytes: 16 * 1024 ** 3,
  cores: 2,
};

if (action === 'apply') {
  await mkdir(place.etcDir, { recursive: true });
  process.stdout.write(JSON.stringify(await applyTuning(place, wanted, Date.now())));
} else if (action === 'revert') {
  process.stdout.write(JSON.stringify(await revertTuning(place)));
  for (const directory of [place.etcDir, join(root, 'state')]) await rmdirIfEmpty(directory);
} else {
  process.stdout.write(JSON.stringify(await readTuning(place, wanted)));
}

/** What a revert forgot stays, for the test to find. */
async function rmdirIfEmpty(directory: string): Promise<void> {
  await rmdir(directory).catch(() => undefined);
}

/** Makes one archive: every key and the settings, with the history where asked for; whole, or not at all. */
import { rm, stat } from 'node:fs/promises';
import type { HistoryCopyAnswer, HistoryCopyTask } from '../../db/copy-history-worker.ts';
import { AppError } from '../../lib/contract/errors.ts';
import { runWorker } from '../../lib/host/worker.ts';
import { sizeOf } from '../../lib/vault/archive.ts';
import type { JobHandle } from '../jobs/runner.ts';
import type { Archives } from './archives.ts';
import { readKeys } from './read-keys.ts';
import { type Seal, writeError } from './seal.ts';
import type { VaultDeps } from './service.ts';
import { settingsText } from './settings.ts';

const COPY_TIMEOUT_MS = 15 * 60_000;

export type MakeProgress = Pick<JobHandle, 'signal' | 'setSteps' | 'step' | 'log'>;

export interface MakeRequest {
  id: string;
  passphrase: string;
  history: boolean;
}

export type MakeArchive = (request: MakeRequest, progress: MakeProgress) => Promise<void>;

export function createMaker(deps: VaultDeps, archives: Archives, seal: Seal): MakeArchive {
  return async ({ id, passphrase, history }, progress) => {
    progress.setSteps([
      { key: 'keys', title: 'Read every key' },
      ...(history ? [{ key: 'history', title: 'Copy the history' }] : []),
      { key: 'seal', title: 'Seal the archive' },
      { key: 'check', title: 'Open it once to see that it is whole' },
    ]);
    const keys = await progress.step('keys', () => keysFor(deps, progress));
    const historyPath = history ? archives.temporary(`history-${id}`) : null;
    try {
      if (historyPath !== null)
        await progress.step('history', () => copyHistory(deps, archives, historyPath, progress.signal));
      const input = { createdAt: deps.now(), keys, settings: settingsText(deps), historyPath };
      const path = await archives.pathFor(id);
      await progress.step('seal', async () => {
        await archives.requireSpace(await sizeOf(input));
        await seal.write({ ...input, path, passphrase }, progress.signal);
      });
      await progress.step('check', () => seal.read(id, path, passphrase, progress.signal));
      progress.log('info', `${id} holds ${keys.length === 1 ? '1 key' : `${keys.length} keys`}.`);
    } finally {
      if (historyPath !== null) await rm(historyPath, { force: true });
    }
  };
}

async function keysFor({ fleet }: VaultDeps, { log }: MakeProgress) {
  const { keys, damaged } = await readKeys(fleet);
  for (const { volume, reason } of damaged)
    log('warning', `The key in ${volume} is not in the archive: ${reason}.`);
  if (keys.length > 0) return keys;
  throw new AppError('conflict', {
    message: 'There is no sound station key on this server to back up.',
    remedy: 'A station makes its key when it first starts.',
  });
}

async function copyHistory(
  { paths }: VaultDeps,
  archives: Archives,
  to: string,
  signal: AbortSignal,
): Promise<void> {
  // The copy, and then the archive with it.
  await archives.requireSpace((await stat(paths.database)).size * 2);
  await rm(to, { force: true });
  const task: HistoryCopyTask = { from: paths.database, to };
  const answer = await runWorker<HistoryCopyAnswer>('copy-history', task, COPY_TIMEOUT_MS, signal);
  if (answer.outcome === 'failed') throw writeError(answer.code, answer.reason);
}

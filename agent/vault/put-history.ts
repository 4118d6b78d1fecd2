/** Puts the history of an archive before what this server has counted itself. */
import { rm, stat } from 'node:fs/promises';
import type { HistoryPutAnswer, HistoryPutTask } from '../../db/put-history-worker.ts';
import { plural } from '../../lib/format/count.ts';
import { formatDateTime } from '../../lib/format/time.ts';
import { runWorker } from '../../lib/host/worker.ts';
import type { JobHandle } from '../jobs/runner.ts';
import type { Archives } from './archives.ts';
import { historyError, type Seal } from './seal.ts';
import type { VaultDeps } from './service.ts';

const PUT_TIMEOUT_MS = 30 * 60_000;
/** It is unpacked, and then written again into the database. */
const ROOM = 2;

/** @throws AppError disk_full, invalid_input for an archive that does not hold it whole */
export async function putHistory(
  deps: VaultDeps,
  { archives, seal }: { archives: Archives; seal: Seal },
  { id, passphrase }: { id: string; passphrase: string },
  { signal, log }: Pick<JobHandle, 'signal' | 'log'>,
): Promise<void> {
  const { paths, record, now } = deps;
  const path = await archives.pathOf(id);
  await archives.requireSpace(ROOM * (await stat(path)).size);
  const from = archives.temporary(`history-${id}`);
  try {
    await rm(from, { force: true });
    await seal.extractHistory({ id, path, passphrase }, from, signal);
    const before = record.countedSince();
    const task: HistoryPutTask = { from, to: paths.database, before, now: Math.floor(now() / 1000) };
    const answer = await runWorker<HistoryPutAnswer>('put-history', task, PUT_TIMEOUT_MS, signal);
    record.joined();
    if (answer.outcome === 'failed') throw historyError(answer.code, answer.reason);
    log('info', `Put back what was before ${formatDateTime(before * 1000)}; since then this server counts.`);
    if (answer.damaged > 0) log('warning', `${plural(answer.damaged, 'frame')} could not be read.`);
  } finally {
    await rm(from, { force: true });
  }
}

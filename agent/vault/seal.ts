/** Runs the thread that seals and opens archives, one at a time: each takes up to 256 MB for its passphrase. */
import { AppError } from '../../lib/contract/errors.ts';
import { runWorker } from '../../lib/host/worker.ts';
import { inspectKey } from '../../lib/stations/station-key.ts';
import type { ArchiveInput, OpenedArchive } from '../../lib/vault/archive.ts';
import type { VaultAnswer, VaultTask } from '../../lib/vault/worker.ts';

/** A year of history on a slow disk. */
const TIMEOUT_MS = 30 * 60_000;
const FULL = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

export interface Seal {
  /** @throws AppError disk_full */
  write(input: ArchiveInput, signal: AbortSignal): Promise<void>;
  /** Writes the history of an archive to a file. @throws AppError invalid_input, disk_full */
  extractHistory(archive: SealedArchive, to: string, signal: AbortSignal): Promise<void>;
  /** Every key in it was checked. @throws AppError invalid_input */
  read(id: string, path: string, passphrase: string, signal?: AbortSignal): Promise<OpenedArchive>;
}

export interface SealedArchive {
  id: string;
  path: string;
  passphrase: string;
}

export function createSeal(): Seal {
  let tail: Promise<unknown> = Promise.resolve();
  function run(task: VaultTask, signal?: AbortSignal): Promise<VaultAnswer> {
    const result = tail.then(() => runWorker<VaultAnswer>('vault', task, TIMEOUT_MS, signal));
    tail = result.catch(() => undefined);
    return result;
  }

  return {
    async write(input, signal) {
      const answer = await run({ task: 'write', input }, signal);
      if (answer.outcome === 'failed') throw writeError(answer.code, answer.reason);
    },
    async extractHistory({ id, path, passphrase }, to, signal) {
      const answer = await run({ task: 'history', path, passphrase, to }, signal);
      requireOpened(id, answer);
      if (answer.outcome === 'failed') throw historyError(answer.code, answer.reason);
    },
    async read(id, path, passphrase, signal) {
      const answer = await run({ task: 'read', path, passphrase }, signal);
      requireOpened(id, answer);
      if (answer.outcome !== 'read')
        throw new Error(`the archive could not be read: ${JSON.stringify(answer)}`);
      requireSound(id, answer.archive);
      return answer.archive;
    },
  };
}

function requireOpened(id: string, answer: VaultAnswer): void {
  if (answer.outcome === 'wrong-passphrase') throw wrongPassphrase(id);
  if (answer.outcome === 'damaged') throw damaged(id, answer.reason);
}

/** What of a history could not be put back, in words. */
export function historyError(code: string | null, reason: string): Error {
  if (code === null || !FULL.has(code)) return new Error(`the history could not be put back: ${reason}`);
  return new AppError('disk_full', {
    message: 'There was no space left on the disk for the history; what was put back so far stays.',
    remedy: 'Free some space and restore it again; it goes on where it stopped.',
  });
}

/** What could not be written, in words. */
export function writeError(code: string | null, reason: string): Error {
  if (code === null || !FULL.has(code)) return new Error(`the archive could not be written: ${reason}`);
  return new AppError('disk_full', {
    message: 'There was no space left on the disk for the archive; nothing of it was kept.',
    remedy: 'Free some space, or leave the history out.',
  });
}

function requireSound(id: string, { head, keys }: OpenedArchive): void {
  for (const [at, { volume, fingerprint }] of head.keys.entries()) {
    const found = inspectKey(keys[at] ?? null);
    if (found.state !== 'sound' || found.fingerprint !== fingerprint)
      throw damaged(id, `the key of ${volume} in it is not sound`);
  }
}

function wrongPassphrase(id: string): AppError {
  const message = 'does not open this archive';
  return new AppError('invalid_input', {
    message: `The passphrase does not open ${id}. Nothing was changed.`,
    remedy: 'It is the one that held when this archive was made; spaces and capitals count.',
    fields: [{ field: 'passphrase', message }],
  });
}

function damaged(id: string, reason: string): AppError {
  return new AppError('invalid_input', {
    message: `${id} cannot be used: ${reason}. Nothing was changed.`,
    remedy: 'Take another archive, or fetch this one again from where it came.',
  });
}

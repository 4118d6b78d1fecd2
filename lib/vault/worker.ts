/** Seals and opens archives in a thread of its own: the passphrase's arithmetic would hold everything up for a second. */
import { parentPort, workerData } from 'node:worker_threads';
import {
  type ArchiveInput,
  extractHistory,
  type OpenedArchive,
  readArchive,
  writeArchive,
} from './archive.ts';
import { DamagedArchive, WrongPassphrase } from './failures.ts';

export type VaultTask =
  | { task: 'write'; input: ArchiveInput }
  | { task: 'read'; path: string; passphrase: string }
  | { task: 'history'; path: string; passphrase: string; to: string };
export type VaultAnswer =
  | { outcome: 'written' }
  | { outcome: 'extracted' }
  | { outcome: 'read'; archive: OpenedArchive }
  | { outcome: 'wrong-passphrase' }
  | { outcome: 'damaged'; reason: string }
  | { outcome: 'failed'; code: string | null; reason: string };

async function answer(work: VaultTask): Promise<VaultAnswer> {
  try {
    if (work.task === 'read')
      return { outcome: 'read', archive: await readArchive(work.path, work.passphrase) };
    if (work.task === 'history') {
      await extractHistory(work.path, work.passphrase, work.to);
      return { outcome: 'extracted' };
    }
    await writeArchive(work.input);
    return { outcome: 'written' };
  } catch (error) {
    if (error instanceof WrongPassphrase) return { outcome: 'wrong-passphrase' };
    if (error instanceof DamagedArchive) return { outcome: 'damaged', reason: error.message };
    const { code, message } = error as NodeJS.ErrnoException;
    return { outcome: 'failed', code: code ?? null, reason: message };
  }
}

parentPort?.postMessage(await answer(workerData as VaultTask));

import { readFileSync } from 'node:fs';

const CAP_SYS_RESOURCE = 1n << 24n;

/**
 * The most open files the engine can give a container: its own hard limit, unless it may exceed it.
 * @param pidFile where the engine keeps its process id
 * @returns null when it can give any number, or when that cannot be found out
 */
export function readEngineOpenFilesLimit(pidFile = '/var/run/docker.pid'): number | null {
  try {
    const pid = readFileSync(pidFile, 'utf8').trim();
    const capabilities = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (capabilities !== undefined && (BigInt(`0x${capabilities}`) & CAP_SYS_RESOURCE) !== 0n) return null;
    return hardLimitOf(pid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Hard limit of open files of a process; null is unlimited. */
export function hardLimitOf(pid: string): number | null {
  const match = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'));
  const limit = Number(match?.[1]);
  return Number.isInteger(limit) ? limit : null;
}

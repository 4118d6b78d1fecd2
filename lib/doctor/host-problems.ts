/** What is wrong with the machine's own figures, in words for people. Pure. */
import type { Problem, Snapshot } from '../contract/snapshot.ts';
import { formatBytes } from '../format/bytes.ts';

const GIGABYTE = 2 ** 30;
const LOW_SHARE = 0.05;
const LOW_MEMORY_BYTES = 128 * 2 ** 20;

export function hostProblems(host: Snapshot['host']): Problem[] {
  return [diskLow(host), memoryLow(host)].filter((problem) => problem !== null);
}

function diskLow(host: Snapshot['host']): Problem | null {
  const { diskFreeBytes: free, diskTotalBytes: total } = host;
  if (free === null || total === null || total === 0) return null;
  if (free >= GIGABYTE && free >= total * LOW_SHARE) return null;
  return {
    code: 'disk-low',
    severity: 'warning',
    title: 'The disk is nearly full',
    detail: `${formatBytes(free)} of ${formatBytes(total)} are free. Without space stations cannot be created and history is not kept.`,
    remedy: 'Free some space; `docker image prune` removes images nobody uses.',
    station: null,
  };
}

function memoryLow(host: Snapshot['host']): Problem | null {
  const free = host.memoryTotalBytes - host.memoryUsedBytes;
  if (host.memoryTotalBytes === 0) return null;
  if (free >= LOW_MEMORY_BYTES && free >= host.memoryTotalBytes * LOW_SHARE) return null;
  return {
    code: 'memory-low',
    severity: 'warning',
    title: 'Memory is nearly used up',
    detail: `${formatBytes(Math.max(0, free))} of ${formatBytes(host.memoryTotalBytes)} are available. The kernel may end stations to get more.`,
    remedy: 'Run fewer stations, or lower their clients or memory limit.',
    station: null,
  };
}

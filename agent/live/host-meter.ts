/** The machine's own figures for each snapshot. */
import { availableParallelism } from 'node:os';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import {
  type CpuTimes,
  cpuPercentBetween,
  type DiskUsage,
  readCpuTimes,
  readDisk,
  readMemory,
} from '../../lib/host/host-usage.ts';

export type HostMeter = () => Snapshot['host'];

/** A disk does not fill in seconds. */
const DISK_EVERY_MS = 10_000;

/** @param directories on the file systems that must not fill up; the fullest is shown */
export function createHostMeter(directories: () => readonly string[]): HostMeter {
  const cores = availableParallelism();
  let before: CpuTimes | null = null;
  let disk: DiskUsage | null = null;
  let diskReadAt = Number.NEGATIVE_INFINITY;
  return () => {
    const times = readCpuTimes();
    const percent = cpuPercentBetween(before, times);
    before = times;
    if (performance.now() - diskReadAt >= DISK_EVERY_MS) {
      disk = fullest(directories());
      diskReadAt = performance.now();
    }
    const memory = readMemory();
    return {
      cores,
      cpuPercent: percent === null ? null : Math.round(percent * 10) / 10,
      memoryUsedBytes: memory.totalBytes - memory.availableBytes,
      memoryTotalBytes: memory.totalBytes,
      diskFreeBytes: disk?.freeBytes ?? null,
      diskTotalBytes: disk?.totalBytes ?? null,
    };
  };
}

function fullest(directories: readonly string[]): DiskUsage | null {
  const disks = directories.map(readDisk).filter((disk) => disk !== null);
  return disks.sort((a, b) => a.freeBytes - b.freeBytes)[0] ?? null;
}

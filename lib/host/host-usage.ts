/** How busy this machine is: processor and memory from /proc, free disk from the file system. */
import { readFileSync, statfsSync } from 'node:fs';

export interface CpuTimes {
  /** Ticks since the machine started, all processors together. */
  busy: number;
  total: number;
}

export interface MemoryUsage {
  totalBytes: number;
  /** What programs can still get, page cache given back included. */
  availableBytes: number;
}

export interface DiskUsage {
  /** What an ordinary program may still write. */
  freeBytes: number;
  totalBytes: number;
}

/** First line of /proc/stat: `cpu user nice system idle iowait irq softirq steal guest guest_nice`. */
export function parseCpuTimes(text: string): CpuTimes | null {
  const end = text.indexOf('\n');
  const line = end === -1 ? text : text.slice(0, end);
  const fields = line.split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle = Number.NaN, iowait = Number.NaN] = fields;
  // Guest time is part of user time already.
  const total = fields.reduce((sum, ticks) => sum + ticks, 0);
  const busy = total - idle - iowait;
  return line.startsWith('cpu ') && Number.isFinite(busy) ? { busy, total } : null;
}

/** Percent of all processors between two readings, 0 to 100; null before there are two. */
export function cpuPercentBetween(before: CpuTimes | null, after: CpuTimes | null): number | null {
  if (before === null || after === null || after.total <= before.total) return null;
  const percent = (100 * (after.busy - before.busy)) / (after.total - before.total);
  return Math.min(100, Math.max(0, percent));
}

export function parseMemory(text: string): MemoryUsage {
  const total = kilobytes(text, 'MemTotal:');
  // Kernels before 3.14 do not say what is available.
  const available = kilobytes(text, 'MemAvailable:') ?? kilobytes(text, 'MemFree:');
  return { totalBytes: (total ?? 0) * 1024, availableBytes: (available ?? 0) * 1024 };
}

function kilobytes(text: string, key: string): number | null {
  const at = text.indexOf(key);
  if (at === -1) return null;
  const value = Number.parseInt(text.slice(at + key.length, at + key.length + 24), 10);
  return Number.isNaN(value) ? null : value;
}

export function readCpuTimes(): CpuTimes | null {
  return parseCpuTimes(readFileSync('/proc/stat', 'latin1'));
}

export function readMemory(): MemoryUsage {
  return parseMemory(readFileSync('/proc/meminfo', 'latin1'));
}

/** @returns null where the directory is gone or its file system cannot say */
export function readDisk(directory: string): DiskUsage | null {
  try {
    const { bavail, blocks, bsize } = statfsSync(directory);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
}

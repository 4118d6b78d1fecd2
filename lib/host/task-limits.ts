/** How many processes and threads there are, against the tightest of the limits that count them together. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TaskShare {
  used: number;
  max: number;
  /** The limit's name, such as `kernel.pid_max`. */
  limit: string;
}

/** Of cgroup v2, and of v1. The root of a real host has no limit there; that of a container or a virtual server may. */
const CGROUPS = ['', 'pids'];

/** @returns null where the kernel does not say */
export function readTasks(procSys = '/proc/sys', cgroupRoot = '/sys/fs/cgroup'): TaskShare | null {
  // The fourth field of /proc/loadavg is `running/all`.
  const all = Number(readOrEmpty('/proc/loadavg').split(' ')[3]?.split('/')[1]);
  const shares = [
    ...['pid_max', 'threads-max'].map((name) => ({
      used: all,
      max: numberIn(join(procSys, 'kernel', name)),
      limit: `kernel.${name}`,
    })),
    ...CGROUPS.map((path) => ({
      used: numberIn(join(cgroupRoot, path, 'pids.current')),
      max: numberIn(join(cgroupRoot, path, 'pids.max')),
      limit: 'pids.max of its control group',
    })),
  ].filter(({ used, max }) => used > 0 && max > 0);
  const [first, ...others] = shares;
  if (first === undefined) return null;
  return others.reduce((a, b) => (b.used / b.max > a.used / a.max ? b : a), first);
}

/** NaN where there is no number, as `max` is none. */
function numberIn(path: string): number {
  const text = readOrEmpty(path).trim();
  return text === '' ? Number.NaN : Number(text);
}

/** Not every kernel has every file. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

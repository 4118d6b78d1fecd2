/** Processor time as the kernel counts it (proc(5), /proc/PID/stat), in milliseconds. */
import { readFileSync } from 'node:fs';

const TICKS_A_SECOND = 100;

/** Fields from the state on, which is the third; the name before it may hold spaces. */
function fieldsOf(pid: number | 'self'): number[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
}

const inMs = (user = 0, system = 0) => ((user + system) * 1000) / TICKS_A_SECOND;

/** User and system time of a program since it began; 0 when it has ended. */
export function programCpuMs(pid: number): number {
  try {
    const fields = fieldsOf(pid);
    return inMs(fields[11], fields[12]);
  } catch {
    return 0;
  }
}

/** Of all programs that this process started and that have ended. */
export function endedProgramsCpuMs(): number {
  const fields = fieldsOf('self');
  return inMs(fields[13], fields[14]);
}

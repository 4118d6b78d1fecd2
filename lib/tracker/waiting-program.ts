/**
 * Signals a program that does its work in the handler only while it waits for input: tcpdump writes out what it holds from
 * within SIGUSR2's handler, and one that comes in the middle of a record tears that record in two.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** poll(2) and ppoll(2) of the processors Debian runs on (linux/arch/…/unistd). */
const WAITING: Partial<Record<NodeJS.Architecture, readonly number[]>> = {
  x64: [7, 271],
  ia32: [168, 309],
  arm: [168, 336],
  arm64: [73],
  riscv64: [73],
  ppc64: [167, 281],
  s390x: [168, 302],
};
const CALLS = WAITING[process.arch] ?? [];
/** One that is at work is asked again after this. */
const AGAIN_MS = 1;
/** A program that was told to stop has stopped after so many looks; each is a few microseconds. */
const LOOKS = 2000;

/**
 * Holds the program, looks where it is, sends the signals if it waits, and lets it go on either way.
 * @returns false when it did not wait within the time, or is gone: it was not told then
 */
export async function signalWhileItWaits(
  pid: number,
  names: readonly NodeJS.Signals[],
  withinMs: number,
): Promise<boolean> {
  const end = performance.now() + withinMs;
  for (;;) {
    if (tellIfWaiting(pid, names)) return true;
    if (performance.now() >= end) return false;
    await delay(AGAIN_MS);
  }
}

function tellIfWaiting(pid: number, names: readonly NodeJS.Signals[]): boolean {
  try {
    const sleeps = stateOf(pid) === 'S';
    process.kill(pid, 'SIGSTOP');
    try {
      const waits = hasStopped(pid) && isInPoll(pid, sleeps);
      if (waits) for (const name of names) process.kill(pid, name);
      return waits;
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function hasStopped(pid: number): boolean {
  for (let look = 0; look < LOOKS; look++) {
    const state = stateOf(pid);
    if (state === 'T') return true;
    if (state === '') return false;
  }
  return false;
}

/**
 * Of a program that was stopped (proc_pid_syscall(5)).
 * @param otherwise the answer where the kernel does not say it: not every container may ask
 */
function isInPoll(pid: number, otherwise: boolean): boolean {
  const said = readOf(pid, 'syscall');
  if (said === '' || CALLS.length === 0) return otherwise;
  return CALLS.includes(Number.parseInt(said, 10));
}

/** `S` asleep, `R` at work, `T` stopped; empty when it is gone. */
function stateOf(pid: number): string {
  const stat = readOf(pid, 'stat');
  return stat.charAt(stat.lastIndexOf(')') + 2);
}

/** @returns an empty text when it is gone, or may not be read */
function readOf(pid: number, name: 'stat' | 'syscall'): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

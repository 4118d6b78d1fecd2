/**
 * Under pressure the agent takes less of the server: it takes figures more seldom. Stations are asked as often as ever
 * whether they answer, since one that hangs must leave the balancer; the fleet is never touched for the server's sake.
 */
import { readFileSync } from 'node:fs';
import type { Problem, Snapshot } from '../../lib/contract/snapshot.ts';
import { readTasks } from '../../lib/host/task-limits.ts';

/** Percent of the last ten seconds in which something waited for memory; `tasks` is the share of processes that may exist. */
export interface Strain {
  memoryWait: number;
  memoryFreeShare: number;
  tasks: number;
}

/** Figures in every third sample. */
const SLOW = 3;
const HIGH = { memoryWait: 20, memoryFreeShare: 0.03, tasks: 0.9 } as const;
/** Eased when all is well below that, for so many looks in a row. */
const CALM = { memoryWait: 5, memoryFreeShare: 0.06, tasks: 0.8 } as const;
const CALM_LOOKS = 6;

export interface Guard {
  /** One look whenever figures are taken. */
  look(strain: Strain): void;
  /** Whether a sample takes figures too. @param sinceMs since the last that did */
  isDue(sinceMs: number, everyMs: number): boolean;
  problems(): Problem[];
}

export function createGuard(): Guard {
  let strained = false;
  let calm = 0;
  return {
    look({ memoryWait, memoryFreeShare, tasks }) {
      if (memoryWait > HIGH.memoryWait || memoryFreeShare < HIGH.memoryFreeShare || tasks > HIGH.tasks) {
        strained = true;
        calm = 0;
        return;
      }
      const eased =
        memoryWait < CALM.memoryWait && memoryFreeShare > CALM.memoryFreeShare && tasks < CALM.tasks;
      calm = eased ? calm + 1 : 0;
      if (calm >= CALM_LOOKS) strained = false;
    },
    // Timers are late by a little: half a pace decides.
    isDue: (sinceMs, everyMs) => !strained || sinceMs >= (SLOW - 0.5) * everyMs,
    problems: () => (strained ? [SLOWED] : []),
  };
}

const SLOWED: Problem = {
  code: 'sampling-slowed',
  severity: 'warning',
  title: 'The server is short of memory or processes',
  detail:
    'Until that is over the agent takes figures every six seconds instead of every two. It asks as often as ever which stations answer, and stops none.',
  remedy: 'Run fewer stations, or fewer users each: `sudo conduit plan-capacity` says what fits.',
  station: null,
};

/** @param host of the snapshot that is being made */
export function readStrain(host: Snapshot['host']): Strain {
  const wait = /^some avg10=([\d.]+)/m.exec(readOrEmpty('/proc/pressure/memory'))?.[1];
  const tasks = readTasks();
  return {
    memoryWait: Number(wait ?? 0),
    memoryFreeShare: host.memoryTotalBytes === 0 ? 1 : 1 - host.memoryUsedBytes / host.memoryTotalBytes,
    tasks: tasks === null ? 0 : tasks.used / tasks.max,
  };
}

/** A kernel without pressure accounting has no such file. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

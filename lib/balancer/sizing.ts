/** How many workers and connections nginx needs for a number of sessions, within what this host allows. Pure. */

export interface SizingInput {
  /** Sessions to be held at once. */
  targetSessions: number;
  cores: number;
  /** Most files one process may hold open. */
  openFilesLimit: number;
}

export interface Sizing {
  workers: number;
  /** Per worker. */
  workerConnections: number;
  rlimitNofile: number;
  /** Sessions that fit when the kernel spreads them as unevenly as the headroom expects. */
  holdsSessions: number;
  /** Each line is one step of the sum, for people. */
  arithmetic: string[];
}

/** A proxied session is one connection to the client and one to the station, each a descriptor. */
const CONNECTIONS_PER_SESSION = 2;
/** `reuseport` spreads by hash, so one worker gets more than its share. */
const HEADROOM = 1.25;
/** Listening sockets, channel, epoll, logs and what a library may open. */
const RESERVED_DESCRIPTORS = 256;
/** More processes than this per core cost more than they hold. */
const MAX_WORKERS_PER_CORE = 16;

export function sizeBalancer({ targetSessions, cores, openFilesLimit }: SizingInput): Sizing {
  const usable = Math.max(256, openFilesLimit - RESERVED_DESCRIPTORS);
  const needed = Math.ceil(targetSessions * CONNECTIONS_PER_SESSION * HEADROOM);
  const workersForLimit = Math.ceil(needed / usable);
  const workersMax = Math.max(1, cores) * MAX_WORKERS_PER_CORE;
  const workers = Math.min(workersMax, Math.max(cores, workersForLimit, 1));
  const workerConnections = Math.min(usable, Math.max(512, Math.ceil(needed / workers)));
  const rlimitNofile = Math.min(openFilesLimit, workerConnections + RESERVED_DESCRIPTORS);
  const holdsSessions = Math.floor((workers * workerConnections) / CONNECTIONS_PER_SESSION / HEADROOM);

  const arithmetic = [
    `A session takes 2 connections, one to the client and one to the station: ${n(targetSessions)} sessions × 2 = ${n(targetSessions * 2)}.`,
    `The kernel spreads sessions over the workers by hash, never quite evenly; with 25 % headroom: ${n(needed)} connections.`,
    `One process may open ${n(openFilesLimit)} files here; less ${RESERVED_DESCRIPTORS} for its own use, a worker holds ${n(usable)} connections.`,
    workersArithmetic({ needed, usable, workersForLimit, cores, workers, workersMax }),
    `${n(needed)} ÷ ${workers} = ${n(workerConnections)} connections a worker${workerConnections === usable ? ', all that the limit allows' : ''}, and ${n(rlimitNofile)} open files.`,
  ];
  if (holdsSessions < targetSessions) {
    arithmetic.push(
      `This holds ${n(holdsSessions)} sessions, not ${n(targetSessions)}: raise the hard limit of open files (LimitNOFILE of the service) to hold more.`,
    );
  }
  return { workers, workerConnections, rlimitNofile, holdsSessions, arithmetic };
}

function workersArithmetic(sum: {
  needed: number;
  usable: number;
  workersForLimit: number;
  cores: number;
  workers: number;
  workersMax: number;
}): string {
  const step = `${n(sum.needed)} ÷ ${n(sum.usable)} needs ${sum.workersForLimit} ${sum.workersForLimit === 1 ? 'worker' : 'workers'}`;
  if (sum.workersForLimit > sum.workersMax)
    return `${step}, at most ${sum.workersMax} on ${cores(sum.cores)}.`;
  if (sum.workersForLimit > sum.cores) return `${step}, more than the ${cores(sum.cores)} would ask for.`;
  return `${step}; one for each of ${cores(sum.cores)} makes ${sum.workers}.`;
}

function cores(count: number): string {
  return count === 1 ? '1 core' : `${count} cores`;
}

function n(value: number): string {
  return value.toLocaleString('en-US');
}

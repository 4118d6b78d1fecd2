/** Engines with a known deadlock are given one change at a time; one that hangs all the same is said to hang. */
import { AppError } from '../contract/errors.ts';

/** Longer than any start, stop or removal was seen to take with 2 cores and 40 stations, beyond its grace. */
const ANSWER_WITHIN_MS = 90_000;

/**
 * Engines before 20.10.27 and of 21 and 22 may stop answering for good when containers of one network come and go
 * at the same moment: two of the engine's own locks are taken in opposite orders.
 *
 * @param version as the engine gives it, for example `20.10.24+dfsg1`
 * @see https://github.com/moby/libnetwork/pull/2679 and https://github.com/moby/moby/pull/42545, which ends it
 */
export function mayDeadlock(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[^0-9]+/, 3).map(Number);
  if (major !== 20) return major < 23;
  return minor < 10 || (minor === 10 && patch < 27);
}

export interface EngineTurns {
  /**
   * Does work that attaches containers to their network or takes them off it.
   *
   * @param graceSeconds how long the engine itself may wait
   * @throws AppError engine_unavailable when no answer comes in time; whoever waits for a turn then is told the same
   */
  take<T>(what: string, work: () => Promise<T>, graceSeconds?: number): Promise<T>;
}

/** @param version asked before each piece of work; must be cheap */
export function createEngineTurns(
  version: () => Promise<string>,
  answerWithinMs = ANSWER_WITHIN_MS,
): EngineTurns {
  let last: Promise<unknown> = Promise.resolve();

  return {
    async take(what, work, graceSeconds = 0) {
      const engine = await version();
      const limited = () => answered(work(), what, engine, answerWithinMs + graceSeconds * 1000);
      if (!mayDeadlock(engine)) return limited();
      const turn = last.then(limited);
      last = turn.catch((error: unknown) => {
        if (error instanceof Hung) throw error;
      });
      // A hang ends with those who wait now; the next to come tries again.
      const mine = last;
      mine.catch(() => {
        if (last === mine) last = Promise.resolve();
      });
      return turn;
    },
  };
}

class Hung extends AppError {}

async function answered<T>(work: Promise<T>, what: string, engine: string, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(hung(what, engine, limitMs)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function hung(what: string, engine: string, limitMs: number): Hung {
  const known = mayDeadlock(engine)
    ? ` Version ${engine} is known to hang; 20.10.27 and 23.0 or later do not.`
    : '';
  return new Hung('engine_unavailable', {
    message: `The Docker engine has not answered for ${Math.round(limitMs / 1000)} s (${what}).${known}`,
    remedy:
      'Restart it: sudo systemctl restart docker (without systemd: stop dockerd, then sudo ./conduit up). The stations come back by themselves; keys and settings stay.',
  });
}

/**
 * The live picture of the server in this tab: one stream, reconnected with growing pauses, closed while nobody looks.
 * A store outside React; components read it with `useLive` and `useSnapshot`.
 */
import { AppError, type ErrorBody } from '../../lib/contract/errors.ts';
import { type Snapshot, snapshotSchema } from '../../lib/contract/snapshot.ts';
import { leaveToLogin } from '../data/session-ended.ts';
import { readStream } from './read-stream.ts';

export type LiveStatus =
  | 'connecting' // nothing has arrived yet
  | 'live'
  | 'stale' // connected, but no picture for a while
  | 'reconnecting' // the connection broke off
  | 'unreachable'; // several attempts failed, or the agent does not answer

export interface LiveState {
  status: LiveStatus;
  /** The newest picture; stays when the connection is lost. */
  snapshot: Snapshot | null;
  /** Why there is no live picture. */
  error: ErrorBody | null;
}

export interface LiveStore {
  subscribe(listener: () => void): () => void;
  get(): LiveState;
  /** What the server drew the page with: hydration must draw the same, however late it comes. */
  initial(): LiveState;
  /** Connects at once instead of waiting for the next attempt. */
  retryNow(): void;
  /** Opens the stream; the answer closes it. */
  start(): () => void;
}

const STALE_MS = 10_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;
/** A tab that was left keeps its stream this long, so that switching to and fro costs nothing. */
const HIDDEN_MS = 60_000;

export function createLiveStore(initial: Snapshot | null): LiveStore {
  const first: LiveState = { status: initial ? 'live' : 'connecting', snapshot: initial, error: null };
  let state = first;
  const listeners = new Set<() => void>();
  let wake: () => void = () => undefined;

  function set(change: Partial<LiveState>): void {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  }

  /** Reads the stream until it breaks or `signal` aborts. Resolves with whether anything arrived. */
  async function readOnce(signal: AbortSignal): Promise<boolean> {
    let arrived = false;
    let staleTimer: ReturnType<typeof setTimeout> | undefined;
    const watchAge = () => {
      clearTimeout(staleTimer);
      staleTimer = setTimeout(() => set({ status: 'stale' }), STALE_MS);
    };
    watchAge();
    try {
      for await (const snapshot of readStream('/api/live', snapshotSchema, signal)) {
        arrived = true;
        set({ status: 'live', snapshot, error: null });
        watchAge();
      }
    } catch (error) {
      const known =
        error instanceof AppError ? error : new AppError('internal', { message: 'The live view failed.' });
      if (known.code === 'unauthenticated') leaveToLogin();
      set({ status: arrived ? 'reconnecting' : 'unreachable', error: known.toJSON() });
    } finally {
      clearTimeout(staleTimer);
    }
    return arrived;
  }

  async function run(signal: AbortSignal): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const round = new AbortController();
      const end = () => round.abort();
      signal.addEventListener('abort', end, { once: true });
      const watch = closeWhileHidden(round);
      const arrived = await readOnce(round.signal);
      watch.stop();
      signal.removeEventListener('abort', end);
      if (watch.closed()) await untilVisible(signal);
      else {
        pause = arrived ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pause);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get: () => state,
    initial: () => first,
    retryNow: () => wake(),
    start() {
      const ended = new AbortController();
      void run(ended.signal);
      return () => {
        ended.abort();
        wake();
      };
    },
  };
}

function closeWhileHidden(round: AbortController): { stop: () => void; closed: () => boolean } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  const check = () => {
    clearTimeout(timer);
    if (!document.hidden) return;
    timer = setTimeout(() => {
      closed = true;
      round.abort();
    }, HIDDEN_MS);
  };
  document.addEventListener('visibilitychange', check);
  check();
  return {
    stop: () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', check);
    },
    closed: () => closed,
  };
}

function untilVisible(signal: AbortSignal): Promise<void> {
  if (!document.hidden || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const check = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', check);
      signal.removeEventListener('abort', check);
      resolve();
    };
    document.addEventListener('visibilitychange', check);
    signal.addEventListener('abort', check);
  });
}

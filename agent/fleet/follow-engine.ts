/** Stays with the engine: reads everything, follows its events, and comes back whenever it was gone. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Docker, EngineEvent } from '../../lib/host/docker-types.ts';
import type { FleetState } from './state.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;
/** Events from a moment before the reading, so that nothing falls between the two. */
const OVERLAP_MS = 2000;

export interface FollowOptions {
  docker: Docker;
  state: FleetState;
  log: Logger;
  signal: AbortSignal;
  now: () => number;
  /** The engine was read whole; told again each time it comes back. */
  onUp: () => void;
  /** The engine does not answer. */
  onDown: () => void;
  onEvent: (event: EngineEvent) => void;
}

/** Runs until the signal aborts. */
export async function followEngine(options: FollowOptions): Promise<void> {
  const { docker, state, log, signal, now, onUp, onDown, onEvent } = options;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      const sinceMs = now() - OVERLAP_MS;
      await state.refresh();
      onUp();
      pauseMs = FIRST_PAUSE_MS;
      for await (const event of docker.events(signal, sinceMs)) {
        state.note(event);
        onEvent(event);
      }
    } catch (error) {
      if (signal.aborted) return;
      state.engineLost(error);
      onDown();
      log.warn({ err: error }, 'lost the Docker engine');
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

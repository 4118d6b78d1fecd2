/**
 * Every event stream that is open. A server that is asked to stop waits for its open answers, and these would never
 * end by themselves: on SIGTERM all are closed, so that the panel stops in milliseconds and not by force.
 */
interface OpenStreams {
  /** A controller that aborts when the caller leaves or the panel stops. */
  open(caller: AbortSignal): AbortController;
}

// One for the process: routes are bundled apart, and development reloads modules.
const KEY = Symbol.for('conduit.open-streams');
const shared = globalThis as typeof globalThis & { [KEY]?: OpenStreams };

export function openStreams(): OpenStreams {
  shared[KEY] ??= createOpenStreams();
  return shared[KEY];
}

function createOpenStreams(): OpenStreams {
  const all = new Set<AbortController>();
  let stopping = false;
  const closeAll = () => {
    stopping = true;
    for (const controller of all) controller.abort();
  };
  process.on('SIGTERM', closeAll);
  process.on('SIGINT', closeAll);
  return {
    open(caller) {
      const controller = new AbortController();
      all.add(controller);
      controller.signal.addEventListener('abort', () => all.delete(controller), { once: true });
      // A page reconnects at once, over a connection the stopping server still serves.
      if (caller.aborted || stopping) controller.abort();
      else caller.addEventListener('abort', () => controller.abort(), { once: true });
      return controller;
    },
  };
}

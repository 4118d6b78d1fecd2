/** One change at a time, and waiting requests of the same kind become one. */

export interface Turns<T, R> {
  /**
   * Runs `work` with the newest value once the running turn is over. Callers that wait meanwhile share the one run
   * that follows, which sees the value given last.
   */
  request(value: T): Promise<R>;
  /** Runs something else between the turns. */
  alone<A>(work: () => Promise<A>): Promise<A>;
}

/** Runs one piece of work after the other; a failed one does not stop those behind it. */
export function createQueue(): Pick<Turns<never, never>, 'alone'> {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    alone(next) {
      const outcome = tail.then(next, next);
      // The caller gets the failure; the queue only needs to know that the turn is over.
      tail = outcome.then(
        () => undefined,
        () => undefined,
      );
      return outcome;
    },
  };
}

export function createTurns<T, R>(work: (value: T) => Promise<R>): Turns<T, R> {
  const { alone } = createQueue();
  let waiting: { value: T; outcome: Promise<R> } | undefined;

  return {
    alone,
    request(value) {
      if (waiting !== undefined) {
        waiting.value = value;
        return waiting.outcome;
      }
      const mine: { value: T; outcome: Promise<R> } = {
        value,
        outcome: alone(() => {
          if (waiting === mine) waiting = undefined;
          return work(mine.value);
        }),
      };
      waiting = mine;
      return mine.outcome;
    },
  };
}

import type { Handlers } from './handler.ts';

/** What is happening now, and what happened. */
export const liveOperations: Handlers<'history.query' | 'snapshot.get' | 'snapshot.watch'> = {
  'history.query': ({ live }, input) => live.history(input),
  'snapshot.get': ({ live }) => live.current(),
  'snapshot.watch': ({ live }, _input, { signal }) => live.watch(signal),
};

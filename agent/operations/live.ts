import type { Handlers } from './handler.ts';

/** What is happening now. */
export const liveOperations: Handlers<'snapshot.get' | 'snapshot.watch'> = {
  'snapshot.get': ({ live }) => live.current(),
  'snapshot.watch': ({ live }, _input, { signal }) => live.watch(signal),
};

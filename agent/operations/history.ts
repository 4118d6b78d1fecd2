import type { Handlers } from './handler.ts';

/** What happened, and the record of it. */
export const historyOperations: Handlers<
  'history.configure' | 'history.export' | 'history.get' | 'history.lines' | 'history.query'
> = {
  'history.configure': ({ record }, input, { actor }) => record.configure(input, actor),
  // A generator, so that what the range is wrong about is said before the first row.
  'history.export': async function* ({ live }, input) {
    yield* live.past.rows(input);
  },
  'history.get': ({ record }) => record.state(),
  'history.lines': ({ live }, input) => live.past.lines(input),
  'history.query': ({ live }, input) => live.past.series(input),
};

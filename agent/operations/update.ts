import type { Handlers } from './handler.ts';

/** Another image for the stations. */
export const updateOperations: Handlers<'update.fetch' | 'update.get' | 'update.start'> = {
  'update.fetch': ({ update }, { image }, { actor }) => ({ jobId: update.fetch(image, actor).id }),
  'update.get': ({ update }, { image }) => update.report(image),
  'update.start': async ({ update }, input, { actor }) => ({ jobId: (await update.start(input, actor)).id }),
};

import type { Handlers } from './handler.ts';

/** From an older manager to this one, and back. */
export const migrationOperations: Handlers<
  'migration.get' | 'migration.history' | 'migration.rollBack' | 'migration.start'
> = {
  'migration.get': ({ migration }) => migration.report(),
  'migration.history': async ({ migration }) => migration.legacyHistory(),
  'migration.rollBack': async ({ migration }, _input, { actor }) => ({
    jobId: (await migration.rollBack(actor)).id,
  }),
  'migration.start': async ({ migration }, input, { actor }) => ({
    jobId: (await migration.migrate(input, actor)).id,
  }),
};

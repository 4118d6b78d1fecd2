import { confirmCaller } from '../confirm-caller.ts';
import type { Handlers } from './handler.ts';

/** Keys: what there is, what is kept of it, and how it comes back. */
export const vaultOperations: Handlers<
  | 'vault.create'
  | 'vault.download'
  | 'vault.forget'
  | 'vault.get'
  | 'vault.open'
  | 'vault.put'
  | 'vault.remove'
  | 'vault.restore'
  | 'vault.schedule'
> = {
  'vault.create': async ({ vault, identity }, { password, ...input }, caller) => {
    await confirmCaller(identity, caller, password, 'a backup of the keys');
    const { job, id } = vault.create(input, caller.actor);
    return { jobId: job.id, id };
  },
  // A generator, so that an archive that is not there is said before the first part.
  'vault.download': async function* ({ vault }, { id }, { actor, signal }) {
    yield* vault.read(id, actor, signal);
  },
  'vault.forget': async ({ vault }, { volume }, { actor }) => {
    await vault.forget(volume, actor);
    return { ok: true };
  },
  'vault.get': ({ vault }) => vault.state(),
  'vault.open': ({ vault }, input) => vault.open(input),
  'vault.put': async ({ vault }, part, { actor }) => ({ id: await vault.put(part, actor) }),
  'vault.remove': async ({ vault }, { id }, { actor }) => {
    await vault.remove(id, actor);
    return { ok: true };
  },
  'vault.restore': async ({ vault }, input, { actor }) => ({
    jobId: (await vault.restore(input, actor)).id,
  }),
  'vault.schedule': async ({ vault, identity }, { password, ...change }, caller) => {
    // Who knows the passphrase can open what is made with it.
    if (change.passphrase !== undefined)
      await confirmCaller(identity, caller, password, 'a scheduled backup of the keys');
    return vault.schedule(change, caller.actor);
  },
};

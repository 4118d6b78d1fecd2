/** Asks for the administrator's password once more where a private key would leave the server: an open session alone is not enough. */
import { AppError } from '../lib/contract/errors.ts';
import type { Identity } from './identity.ts';
import type { Caller } from './operations/handler.ts';

/**
 * Root at the terminal needs no password: it can read the keys themselves.
 * @param purpose for the activity log, such as `the claim sheet`
 * @throws AppError invalid_input when the password is missing, forbidden when it is wrong, locked_out
 */
export async function confirmCaller(
  identity: Identity,
  { actor, session }: Pick<Caller, 'actor' | 'session'>,
  password: string | undefined,
  purpose: string,
): Promise<void> {
  if (session === null) return;
  if (password === undefined || password === '')
    throw new AppError('invalid_input', {
      message: `password is needed once more: ${purpose} shows private keys.`,
      fields: [{ field: 'password', message: 'is needed' }],
    });
  await identity.confirmPassword(actor, password, purpose);
}

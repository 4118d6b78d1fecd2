'use client';

import { signIn } from 'next-auth/react';
import { panelUnreachable } from '../../components/data/session-ended.ts';
import { AppError } from '../../lib/contract/errors.ts';

/** Signs in by password, or with the one-time set-up link. Resolves with the agent's refusal, or null. */
export async function signInWith(
  provider: 'credentials' | 'setup',
  credentials: Record<string, string>,
): Promise<AppError | null> {
  try {
    const result = await signIn(provider, { ...credentials, redirect: false });
    return result?.error ? parseRefusal(result.error) : null;
  } catch (cause) {
    return panelUnreachable(cause);
  }
}

/** The agent's typed error, which next-auth carries as a text. */
function parseRefusal(text: string): AppError {
  try {
    return AppError.fromJSON(JSON.parse(text));
  } catch (cause) {
    return new AppError('internal', {
      message: 'Signing in failed.',
      remedy: 'The panel’s log says why: `sudo conduit logs --panel`.',
      cause,
    });
  }
}

'use client';

import { useCallback, useState } from 'react';
import { AppError, type ErrorBody } from '../../lib/contract/errors.ts';
import type { Result } from './result.ts';
import { leaveToLogin, panelUnreachable } from './session-ended.ts';

export interface ActionHandle<I, O> {
  pending: boolean;
  /** Why the last run failed; null after a run that did not. */
  error: ErrorBody | null;
  /** Runs the action; a failure is returned, never thrown. */
  run: (input: I) => Promise<Result<O>>;
  reset: () => void;
}

/** A server action with its state. An ended session leads to the sign-in page. */
export function useAction<I, O>(action: (input: I) => Promise<Result<O>>): ActionHandle<I, O> {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<ErrorBody | null>(null);
  const run = useCallback(
    async (input: I) => {
      setPending(true);
      setError(null);
      const result = await settle(action(input));
      setPending(false);
      if (!result.ok) {
        setError(result.error);
        if (result.error.code === 'unauthenticated') leaveToLogin();
      }
      return result;
    },
    [action],
  );
  const reset = useCallback(() => setError(null), []);
  return { pending, error, run, reset };
}

/** Turns what a call throws into a result as well: the panel may be away. */
export async function settle<T>(promise: Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await promise;
  } catch (error) {
    const known = error instanceof AppError ? error : panelUnreachable(error);
    return { ok: false, error: known.toJSON() };
  }
}

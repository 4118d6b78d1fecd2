'use client';

import { keepPreviousData, type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { AppError } from '../../lib/contract/errors.ts';
import { type CallName, type Input, type Output, operations } from '../../lib/contract/operations.ts';
import { panelUnreachable, responseError } from './session-ended.ts';

export interface CallOptions<T> {
  /** Asks again this often, milliseconds. */
  pollMs?: number;
  /** An answer that is not older is not asked for again. */
  freshMs?: number;
  enabled?: boolean;
  /** Keeps showing the last answer while the answer to a changed input loads. */
  keepPrevious?: boolean;
  initialData?: T;
}

/**
 * Reads one operation of the contract through the panel, cached and shared between components. Only operations of
 * `read` access; what changes something is a server action.
 */
export function useCall<N extends CallName>(
  operation: N,
  input: Input<N>,
  options: CallOptions<Output<N>> = {},
): UseQueryResult<Output<N>, AppError> {
  const drawn = useSyncExternalStore(noChange, yes, no);
  return useQuery<Output<N>, AppError>({
    // Part of a page may be taken over by the browser when another part has its answer already: until then it is as the
    // server drew it, without one.
    queryKey: drawn ? [operation, input] : [operation, input, 'as the server drew it'],
    queryFn: ({ signal }) => call(operation, input, signal),
    refetchInterval: options.pollMs ?? false,
    enabled: drawn && (options.enabled ?? true),
    ...(options.freshMs === undefined ? {} : { staleTime: options.freshMs }),
    ...(options.keepPrevious ? { placeholderData: keepPreviousData } : {}),
    ...(options.initialData === undefined ? {} : { initialData: options.initialData }),
  });
}

const noChange = () => () => undefined;
const yes = () => true;
const no = () => false;

/** Asks with another input, and shows the answer, or the error, where the input `shown` is asked. */
export function useAnew<N extends CallName>(
  operation: N,
  shown: Input<N>,
): (input: Input<N>) => Promise<void> {
  const queries = useQueryClient();
  return async (input) => {
    await queries.prefetchQuery({
      queryKey: [operation, shown],
      queryFn: ({ signal }) => call(operation, input, signal),
    });
  };
}

/** One reading call. @throws AppError */
export async function call<N extends CallName>(
  operation: N,
  input: Input<N>,
  signal?: AbortSignal,
): Promise<Output<N>> {
  const response = await fetch(`/api/call/${operation}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
    ...(signal ? { signal } : {}),
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw panelUnreachable(cause);
  });
  if (!response.ok) throw await responseError(response);
  return operations[operation].output.parse(await response.json()) as Output<N>;
}

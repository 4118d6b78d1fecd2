/** The panel's one way to the agent: session → parse → call → typed result. */
import { redirect, unstable_rethrow } from 'next/navigation';
import type { Result } from '../../components/data/result.ts';
import { AppError, type ErrorBody } from '../../lib/contract/errors.ts';
import { parseInput } from '../../lib/contract/fields.ts';
import { type CallName, type Input, type Output, operations } from '../../lib/contract/operations.ts';
import { agentFor } from './agent.ts';
import { currentSession } from './auth.ts';

/** Makes a server action of an operation. What the browser sends is parsed here, and by the agent again. */
export function defineAction<N extends CallName>(
  operation: N,
): (input: Input<N>) => Promise<Result<Output<N>>> {
  return (input) => callAgent(operation, input);
}

/** Calls an operation for the signed-in administrator; an expected failure is a value. */
export async function callAgent<N extends CallName>(
  operation: N,
  input: unknown,
): Promise<Result<Output<N>>> {
  try {
    const session = await currentSession();
    if (session === null) throw new AppError('unauthenticated', { message: 'Sign in first.' });
    const parsed = parseInput(operations[operation].input, input) as Input<N>;
    return { ok: true, data: await agentFor(session.agentToken).call(operation, parsed) };
  } catch (error) {
    // Next steers with exceptions of its own: a redirect, or "this page cannot be drawn in advance".
    unstable_rethrow(error);
    return { ok: false, error: errorBody(error) };
  }
}

/** Reads for a page: an ended session goes to the sign-in page, any other failure is for the page to show. */
export async function load<N extends CallName>(operation: N, input: Input<N>): Promise<Result<Output<N>>> {
  const result = await callAgent(operation, input);
  if (!result.ok && result.error.code === 'unauthenticated') redirect('/login?reason=ended');
  return result;
}

/** The error as the page may see it; what is not one of ours is logged and named only in general. */
export function errorBody(error: unknown): ErrorBody {
  if (error instanceof AppError) return error.toJSON();
  console.error(error);
  return {
    code: 'internal',
    message: 'The panel failed.',
    remedy: 'Its log says why: `sudo conduit logs --panel`.',
  };
}

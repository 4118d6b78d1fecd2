/** Streams of the agent, handed on to the browser as server-sent events. */
import { AppError, ERRORS } from '../../lib/contract/errors.ts';
import { parseInput } from '../../lib/contract/fields.ts';
import { type Input, operations, type StreamName } from '../../lib/contract/operations.ts';
import { agentFor } from './agent.ts';
import { currentSession } from './auth.ts';
import { errorBody } from './call.ts';
import { openStreams } from './open-streams.ts';

const HEARTBEAT_MS = 15_000;
const encoder = new TextEncoder();

/**
 * One stream of the agent with the caller's own session, so that the agent ends it with the session. Events:
 * `message` with one value, `failed` with an ErrorBody before an early end, `ended` when the agent is done.
 * A failure before the first value is a plain JSON error with its status.
 */
export async function streamAgent<N extends StreamName>(
  operation: N,
  input: unknown,
  request: Request,
): Promise<Response> {
  const left = openStreams().open(request.signal);
  try {
    const session = await currentSession();
    if (session === null) throw new AppError('unauthenticated', { message: 'Sign in first.' });
    const parsed = parseInput(operations[operation].input, input) as Input<N>;
    const source = agentFor(session.agentToken).stream(operation, parsed, { signal: left.signal });
    const first = await source.next();
    return new Response(eventStream(first, source, left), {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      },
    });
  } catch (error) {
    left.abort();
    return errorResponse(error);
  }
}

/** A failure as JSON, with the status the contract gives its code. */
export function errorResponse(error: unknown): Response {
  const body = errorBody(error);
  return Response.json(body, {
    status: ERRORS[body.code].status,
    headers: { 'cache-control': 'no-store' },
  });
}

function eventStream(
  first: IteratorResult<unknown, void>,
  source: AsyncGenerator<unknown, void, void>,
  left: AbortController,
): ReadableStream<Uint8Array> {
  let cancelled = false;
  return new ReadableStream({
    async start(controller) {
      const send = (text: string) => {
        // The browser may leave between two values; the abort then ends the loop below.
        if (!cancelled) controller.enqueue(encoder.encode(text));
      };
      const heartbeat = setInterval(() => send(':\n\n'), HEARTBEAT_MS);
      try {
        for (let next = first; !next.done; next = await source.next()) send(event('message', next.value));
        send(event('ended', {}));
      } catch (error) {
        send(event('failed', errorBody(error)));
      } finally {
        clearInterval(heartbeat);
        left.abort();
        // Also when the panel is being stopped: an answer that stays open would hold the server for minutes.
        if (!cancelled) controller.close();
      }
    },
    cancel() {
      cancelled = true;
      left.abort();
    },
  });
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

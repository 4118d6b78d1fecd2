import type { z } from 'zod';
import { AppError } from '../../lib/contract/errors.ts';
import { panelUnreachable, responseError } from '../data/session-ended.ts';
import { createEventParser } from './parse-events.ts';

/**
 * Reads one of the panel's event streams. With `fetch` and not EventSource: a refusal then has its status and its
 * words. Ends when the agent has ended the stream or the signal aborts.
 * @throws AppError the agent's own, or `agent_unreachable` when the connection broke off
 */
export async function* readStream<S extends z.ZodType>(
  url: string,
  schema: S,
  signal: AbortSignal,
): AsyncGenerator<z.output<S>, void, void> {
  try {
    const response = await fetch(url, { signal, headers: { accept: 'text/event-stream' } });
    if (!response.ok || response.body === null) throw await responseError(response);
    const parse = createEventParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      for (const { event, data } of parse(part.value)) {
        if (event === 'ended') return;
        const value: unknown = JSON.parse(data);
        if (event === 'failed') throw AppError.fromJSON(value);
        yield schema.parse(value);
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof AppError ? error : panelUnreachable(error);
  }
  if (!signal.aborted) throw panelUnreachable(new Error('the stream broke off'));
}

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { z } from 'zod';
import { AppError } from '../lib/contract/errors.ts';

const HEARTBEAT_MS = 15_000;
/** A snapshot goes to every open page: it is validated and written out once, not once a page. */
const written = new WeakMap<object, string>();

/**
 * Sends values one JSON a line until the source ends or the caller leaves; an empty line is a heartbeat. An error
 * after the start travels as a last line `{"error":…}`.
 * @param stillAllowed throws when the caller's session has ended
 */
export async function sendStream(
  response: ServerResponse,
  source: AsyncIterable<unknown>,
  schema: z.ZodType,
  stillAllowed: () => void,
  signal: AbortSignal,
): Promise<void> {
  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.flushHeaders();
  };
  const heartbeat = setInterval(() => begun && response.write('\n'), HEARTBEAT_MS);
  try {
    for await (const value of source) {
      if (signal.aborted) return;
      stillAllowed();
      begin();
      if (!response.write(serialise(value, schema))) await once(response, 'drain', { signal });
    }
    begin();
    response.end();
  } catch (error) {
    if (signal.aborted) return;
    if (!begun) throw error;
    const known =
      error instanceof AppError
        ? error
        : new AppError('internal', {
            message: 'The stream broke off; the agent log says why.',
            cause: error,
          });
    response.end(`${JSON.stringify({ error: known })}\n`);
  } finally {
    clearInterval(heartbeat);
  }
}

function serialise(value: unknown, schema: z.ZodType): string {
  if (typeof value !== 'object' || value === null) return `${JSON.stringify(schema.parse(value))}\n`;
  let line = written.get(value);
  if (line === undefined) {
    line = `${JSON.stringify(schema.parse(value))}\n`;
    written.set(value, line);
  }
  return line;
}

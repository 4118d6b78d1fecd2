/** The agent's log. An error is told by its kind, its words without any address, and where it came from. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { redactAddresses } from '../lib/stations/redact.ts';

/** @param to where it is written to; the standard output unless told */
export function createLog(level: string, to?: DestinationStream): Logger {
  const options = { level, base: { pid: process.pid }, serializers: { err: describeError } };
  return to === undefined ? pino(options) : pino(options, to);
}

/** Causes deeper than this add nothing, and one could name itself. */
const MOST_CAUSES = 5;

/**
 * Field by field: an error may carry what a program printed or what was being read, and that may name clients.
 * @param error whatever was thrown
 */
function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error, message: redactAddresses(String(error)) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? { code: String(error.code) } : {};
  return {
    type: name,
    message: redactAddresses(message),
    ...code,
    stack: redactAddresses(stack ?? ''),
    ...(cause === undefined || depth >= MOST_CAUSES ? {} : { cause: describeError(cause, depth + 1) }),
  };
}

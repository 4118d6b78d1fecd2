import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../lib/client/client.ts';
import { AppError } from '../lib/contract/errors.ts';

const PATIENCE_MS = 5000;
const AGAIN_AFTER_MS = 200;

/**
 * A client that waits while the agent is being restarted: its socket is there and nobody listens on it. A call that
 * was refused like this never reached the agent, so asking again does nothing twice.
 */
export function patientClient(client: Client): Client {
  return {
    async call(name, input, options) {
      const deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        try {
          return await client.call(name, input, options);
        } catch (error) {
          if (!wasRefused(error) || Date.now() > deadline) throw error;
        }
        await delay(AGAIN_AFTER_MS);
      }
    },
    stream: client.stream,
  };
}

function wasRefused(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

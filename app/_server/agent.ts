import { type Client, createClient } from '../../lib/client/client.ts';
import { panelEnv } from './env.ts';

/** The agent's client for one administrator's session, or for nobody (null): sign-in and set-up only. */
export function agentFor(session: string | null): Client {
  return createClient({ socketPath: panelEnv().agentSocket, ...(session === null ? {} : { session }) });
}

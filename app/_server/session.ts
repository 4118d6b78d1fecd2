/** The signed-in administrator, as the encrypted cookie says. Whether the session still lives, the agent decides. */
import { decode } from 'next-auth/jwt';
import * as z from 'zod';
import { tokenSchema } from '../../lib/contract/identity.ts';
import { panelEnv } from './env.ts';

/** One fixed name: next-auth's own depends on the scheme it believes it is reached by. */
export const SESSION_COOKIE = 'conduit-session';

const claimsSchema = z.object({ agentToken: tokenSchema, username: z.string(), agentExpiresAt: z.number() });
/** What the cookie carries. `agentToken` never reaches the browser's scripts. */
export type SessionClaims = z.infer<typeof claimsSchema>;

/** The claims inside a cookie's value, or null when it is none of ours or has expired. */
export async function readSessionCookie(value: string | undefined): Promise<SessionClaims | null> {
  if (!value) return null;
  // A cookie encrypted with another secret (a new installation) is no error, only no session.
  const claims = await decode({ token: value, secret: panelEnv().secret }).catch(() => null);
  const parsed = claimsSchema.safeParse(claims);
  return parsed.success && parsed.data.agentExpiresAt > Date.now() ? parsed.data : null;
}

/**
 * Sign-in with next-auth: the agent checks the password (or the one-time set-up link) and opens the session; the
 * panel only carries the agent's token, inside the encrypted cookie.
 */

import { cookies } from 'next/headers';
import type { NextAuthOptions, User } from 'next-auth';
import type { JWT } from 'next-auth/jwt';
import CredentialsProvider from 'next-auth/providers/credentials';
import { AppError } from '../../lib/contract/errors.ts';
import { parseInput } from '../../lib/contract/fields.ts';
import type { Session } from '../../lib/contract/identity.ts';
import { operations } from '../../lib/contract/operations.ts';
import { agentFor } from './agent.ts';
import { panelEnv } from './env.ts';
import { readSessionCookie, SESSION_COOKIE, type SessionClaims } from './session.ts';

const WEEK_SECONDS = 7 * 24 * 60 * 60;

interface AgentUser extends User {
  session: Session;
}

/** Built for each request: the secret is read from a file that does not exist at build time. */
export function authOptions(): NextAuthOptions {
  const cookie = { httpOnly: true, sameSite: 'strict' as const, path: '/', secure: false };
  return {
    secret: panelEnv().secret,
    session: { strategy: 'jwt', maxAge: WEEK_SECONDS },
    // The panel is reached over plain http on a loopback address, through an SSH tunnel.
    useSecureCookies: false,
    cookies: { sessionToken: { name: SESSION_COOKIE, options: cookie } },
    pages: { signIn: '/login', error: '/login' },
    providers: [
      CredentialsProvider({
        id: 'credentials',
        credentials: { username: {}, password: {} },
        authorize: (credentials) =>
          openSession(() =>
            agentFor(null).call(
              'session.create',
              parseInput(operations['session.create'].input, pick(credentials, ['username', 'password'])),
            ),
          ),
      }),
      CredentialsProvider({
        id: 'setup',
        credentials: { token: {}, username: {}, password: {} },
        authorize: (credentials) =>
          openSession(() =>
            agentFor(null).call(
              'setup.complete',
              parseInput(
                operations['setup.complete'].input,
                pick(credentials, ['token', 'username', 'password']),
              ),
            ),
          ),
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) => (user ? { ...token, ...claimsOf((user as AgentUser).session) } : token),
      // Deliberately without the agent's token: /api/auth/session is readable by the page's scripts.
      session: ({ token }) => ({ user: { name: String(token.username) }, expires: expiryOf(token) }),
    },
    events: {
      signOut: async ({ token }) => {
        const session = token?.agentToken;
        if (typeof session === 'string') await endOnAgent(session);
      },
    },
  };
}

/** The session of the request that is being answered, or null. */
export async function currentSession(): Promise<SessionClaims | null> {
  return readSessionCookie((await cookies()).get(SESSION_COOKIE)?.value);
}

/** next-auth hands on only the message of an error, so the typed error travels inside it. */
async function openSession(open: () => Promise<Session>): Promise<AgentUser> {
  try {
    const session = await open();
    return { id: session.username, name: session.username, session };
  } catch (error) {
    const known =
      error instanceof AppError ? error : new AppError('internal', { message: 'Signing in failed.' });
    throw new Error(JSON.stringify(known));
  }
}

async function endOnAgent(session: string): Promise<void> {
  try {
    await agentFor(session).call('session.end', {});
  } catch (error) {
    // Signing out must work while the agent is away; its session then ends by its own time limit.
    if (!(error instanceof AppError)) throw error;
  }
}

function claimsOf(session: Session): SessionClaims {
  return { agentToken: session.token, username: session.username, agentExpiresAt: session.expiresAt };
}

function expiryOf(token: JWT): string {
  return new Date(Number(token.agentExpiresAt)).toISOString();
}

/** next-auth adds fields of its own (`csrfToken`, `json`, …) that the contract refuses. */
function pick(credentials: Record<string, string> | undefined, names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, credentials?.[name]]));
}

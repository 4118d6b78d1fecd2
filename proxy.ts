/**
 * Stands before every page and route of the panel: refuses foreign hosts and cross-site requests, sends who is not
 * signed in to the sign-in page, and sets the security headers with a nonce of their own for each answer.
 */
import { randomBytes } from 'node:crypto';
import { type NextRequest, NextResponse } from 'next/server';
import { panelEnv } from './app/_server/env.ts';
import { judgeRequest } from './app/_server/request-guard.ts';
import { contentSecurityPolicy, PAGE_HEADERS } from './app/_server/security-headers.ts';
import { readSessionCookie, SESSION_COOKIE } from './app/_server/session.ts';

const PUBLIC_PAGES = new Set(['/login', '/setup']);
/** Has a token of its own instead of a session. */
const SCRAPE = '/metrics';

export async function proxy(request: NextRequest): Promise<Response> {
  const env = panelEnv();
  const header = (name: string) => request.headers.get(name);
  const refusal = judgeRequest(
    {
      method: request.method,
      host: header('host'),
      origin: header('origin'),
      fetchSite: header('sec-fetch-site'),
      fetchMode: header('sec-fetch-mode'),
    },
    env.allowedHosts,
  );
  if (refusal !== null) return withHeaders(new NextResponse(refusal.message, { status: refusal.status }));

  const { pathname } = request.nextUrl;
  if (
    needsSession(pathname) &&
    (await readSessionCookie(request.cookies.get(SESSION_COOKIE)?.value)) === null
  ) {
    return withHeaders(pathname.startsWith('/api/') ? notSignedIn() : toSignIn(request));
  }
  const nonce = randomBytes(16).toString('base64');
  const policy = contentSecurityPolicy(nonce, env.development);
  const headers = new Headers(request.headers);
  // Next reads the nonce for its own scripts from the request's policy.
  headers.set('content-security-policy', policy);
  headers.set('x-nonce', nonce);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return withHeaders(response);
}

/** Files with a hash in their name, and flags, are public and the same for everybody. */
export const config = { matcher: ['/((?!_next/static/|flags/|icon\\.svg$).*)'] };

function needsSession(pathname: string): boolean {
  return (
    !PUBLIC_PAGES.has(pathname) &&
    pathname !== SCRAPE &&
    !pathname.startsWith('/api/auth/') &&
    !pathname.startsWith('/_next/')
  );
}

function notSignedIn(): NextResponse {
  return NextResponse.json({ code: 'unauthenticated', message: 'Sign in first.' }, { status: 401 });
}

function toSignIn(request: NextRequest): NextResponse {
  // The Host header has been checked; the address the server is bound to is not the one the reader uses.
  const login = new URL('/login', `http://${request.headers.get('host')}`);
  const wanted = request.nextUrl.pathname + request.nextUrl.search;
  if (request.method === 'GET' && wanted !== '/') login.searchParams.set('next', wanted);
  return NextResponse.redirect(login, 307);
}

function withHeaders(response: NextResponse): NextResponse {
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.headers.set(name, value);
  return response;
}

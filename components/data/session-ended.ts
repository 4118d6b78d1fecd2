import { AppError } from '../../lib/contract/errors.ts';

let signingOut = false;

/** A question under way while the reader signs out finds no session any more; that is not news to anybody. */
export function noteSigningOut(on: boolean): void {
  signingOut = on;
}

/** The agent ended the session (signed out elsewhere, password reset, too old): only signing in again helps. */
export function leaveToLogin(): void {
  if (signingOut) return;
  const next = window.location.pathname + window.location.search;
  window.location.assign(`/login?${new URLSearchParams({ reason: 'ended', next })}`);
}

/** The typed error of a route's answer; leaves to the sign-in page when the session has ended. */
export async function responseError(response: Response): Promise<AppError> {
  const body: unknown = await response.json().catch(() => null);
  const error = AppError.fromJSON(body);
  if (error.code === 'unauthenticated') leaveToLogin();
  return error;
}

/** What `fetch` throws when the panel itself cannot be reached. */
export function panelUnreachable(cause: unknown): AppError {
  return new AppError('agent_unreachable', {
    message: 'The panel cannot be reached.',
    remedy:
      'Check that your SSH tunnel is open. If it is, run `sudo ./conduit status` on the server: it says whether the panel runs.',
    cause,
  });
}

import { ErrorNote, Note, withCode } from '../../../components/ui/note.tsx';
import { agentFor } from '../../_server/agent.ts';
import { errorBody } from '../../_server/call.ts';

/** What to know before typing a password: that there is no account yet, that the agent is away, why one is here. */
export async function LoginNotices({ reason }: { reason: string | string[] | undefined }) {
  const setup = await agentFor(null)
    .call('setup.get', {})
    .catch((error: unknown) => errorBody(error));
  if ('code' in setup) return <ErrorNote error={setup} />;
  if (setup.needed) {
    return (
      <Note tone="accent" title="There is no administrator yet">
        {withCode(
          'Open the one-time link that `conduit up` printed. If you do not have it any more, make a new one on the server: `sudo conduit admin setup-link`.',
        )}
      </Note>
    );
  }
  if (reason === 'ended') {
    return (
      <Note tone="accent" title="Your session has ended">
        It was signed out elsewhere, the password was changed, or a week went by.
      </Note>
    );
  }
  if (reason === 'signed-out') return <Note tone="accent" title="You are signed out" />;
  if (reason === 'created') return <Note tone="accent" title="The account is made. Sign in with it." />;
  return null;
}

import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { JobsProvider } from '../../components/jobs/jobs-provider.tsx';
import { LiveProvider } from '../../components/live/use-snapshot.tsx';
import { RetryPage } from '../../components/shell/retry-page.tsx';
import { Shell } from '../../components/shell/shell.tsx';
import { parseTheme, THEME_COOKIE } from '../../components/ui/theme.ts';
import { cancelJob } from '../_server/actions.ts';
import { currentSession } from '../_server/auth.ts';
import { load } from '../_server/call.ts';

/** Every page of a signed-in administrator: one live stream, the followed job, the frame. */
export default async function PanelLayout({ children }: { children: ReactNode }) {
  const snapshot = await load('snapshot.get', {});
  const session = await currentSession();
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value);
  const away = !snapshot.ok && snapshot.error.code === 'agent_unreachable';
  return (
    <LiveProvider initial={snapshot.ok ? snapshot.data : null}>
      <JobsProvider cancelJob={cancelJob}>
        <Shell username={session?.username ?? ''} theme={theme} showConnectionProblems={!away}>
          {away ? <RetryPage error={snapshot.error} /> : children}
        </Shell>
      </JobsProvider>
    </LiveProvider>
  );
}

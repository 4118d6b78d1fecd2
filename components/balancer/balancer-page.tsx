'use client';

import { Server } from 'lucide-react';
import Link from 'next/link';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import { useLive } from '../live/use-snapshot.tsx';
import { ProblemList } from '../overview/problem-list.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { Note } from '../ui/note.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { BackupsCard } from './backups-card.tsx';
import { BalancerHead } from './balancer-head.tsx';
import { ConfigurationCard } from './configuration-card.tsx';
import { DataPathCard } from './data-path-card.tsx';
import { NginxErrors } from './nginx-errors.tsx';
import { SessionStrip } from './session-strip.tsx';
import { UpstreamsCard } from './upstreams-card.tsx';
import { type BalancerActions, isOfBalancer, useBalancerDetail, useBalancerTraffic } from './use-balancer.ts';

/** What clients reach first: what listens, where it leads, what passes, and the configuration behind it. */
export function BalancerPage({ actions }: { actions: BalancerActions }) {
  const { snapshot, error, retryNow } = useLive();
  const detail = useBalancerDetail(snapshot);
  const traffic = useBalancerTraffic(snapshot);
  return (
    <div className="flex flex-col gap-6">
      <PageHeader
        title="Balancer"
        description="Takes what clients send to this server’s ports, and shares it out over the stations."
        actions={
          <Button asChild>
            <Link href="/settings">Change its settings</Link>
          </Button>
        }
      />
      <LoadingPanel
        data={snapshot ?? undefined}
        error={snapshot === null ? error : null}
        onRetry={retryNow}
        skeleton={<Skeleton className="h-56 w-full rounded-2xl" />}
      >
        {({ balancer, problems }) => (
          <>
            <ProblemList problems={problems.filter(isOfBalancer)} />
            <BalancerHead balancer={balancer} traffic={traffic} />
            {balancer.state === 'off' ? <NotInUse /> : <Passing traffic={traffic} />}
          </>
        )}
      </LoadingPanel>
      <LoadingPanel
        data={detail.data}
        error={detail.error}
        onRetry={() => void detail.refetch()}
        skeleton={<Skeleton className="h-96 w-full rounded-2xl" />}
      >
        {(data) => (
          <>
            <ForeignSites sites={data.foreignSites} />
            <ConfigurationCard detail={data} actions={actions} onChanged={detail.replace} />
            <div className="grid gap-6 *:min-w-0 xl:grid-cols-2">
              <BackupsCard detail={data} restore={actions.restore} onRestored={detail.replace} />
              <NginxErrors
                lines={data.lastErrors}
                refreshing={detail.isFetching}
                onRefresh={() => void detail.refetch()}
              />
            </div>
          </>
        )}
      </LoadingPanel>
      {traffic.data && snapshot?.balancer.state !== 'off' ? <UpstreamsCard traffic={traffic.data} /> : null}
    </div>
  );
}

/** The spread and the data path, side by side. */
function Passing({ traffic }: { traffic: ReturnType<typeof useBalancerTraffic> }) {
  return (
    <LoadingPanel
      data={traffic.data}
      // With figures on the page, that they are old is said where they stand.
      error={traffic.data ? null : traffic.error}
      onRetry={() => void traffic.refetch()}
      skeleton={<Skeleton className="h-72 w-full rounded-2xl" />}
    >
      {(data) => (
        <div className="grid gap-6 *:min-w-0 xl:grid-cols-2">
          <SessionStrip stations={data.stations} />
          <DataPathCard traffic={data} />
        </div>
      )}
    </LoadingPanel>
  );
}

function NotInUse() {
  return (
    <Card>
      <EmptyState
        icon={Server}
        title="Nothing to balance yet"
        action={
          <Button variant="primary" asChild>
            <Link href="/settings">Choose how many stations to run</Link>
          </Button>
        }
      >
        The balancer begins by itself with the first stations on the cluster’s own network. Until then it
        listens nowhere and leaves the server’s nginx alone.
      </EmptyState>
    </Card>
  );
}

function ForeignSites({ sites }: { sites: BalancerDetail['foreignSites'] }) {
  if (sites.length === 0) return null;
  return (
    <Note
      tone="warn"
      title="Sites of your own nginx are not served while the balancer’s configuration is live"
    >
      <ul className="list-disc pl-5">
        {sites.map((site) => (
          <li key={site} className="break-words">
            {site}
          </li>
        ))}
      </ul>
    </Note>
  );
}

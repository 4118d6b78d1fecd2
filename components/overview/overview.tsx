'use client';

import { Rocket } from 'lucide-react';
import Link from 'next/link';
import { HistoryCharts } from '../charts/history-charts.tsx';
import { useLive } from '../live/use-snapshot.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { CountryList } from './country-list.tsx';
import { ProblemList } from './problem-list.tsx';
import { ServerCard } from './server-card.tsx';
import { StationSpread } from './station-spread.tsx';
import { UsersHero } from './users-hero.tsx';

/** The page people look at all day. */
export function Overview() {
  const { snapshot, error, retryNow } = useLive();
  return (
    <div className="flex flex-col gap-6">
      <h1 className="sr-only">Overview</h1>
      <LoadingPanel
        data={snapshot ?? undefined}
        error={snapshot === null ? error : null}
        onRetry={retryNow}
        skeleton={<Skeleton className="h-72 w-full rounded-2xl" />}
      >
        {(live) => {
          const isEmpty = live.stations.wanted === 0 && live.stationList.length === 0;
          return (
            <>
              <ProblemList
                problems={
                  isEmpty ? live.problems.filter((problem) => problem.code !== 'fleet-empty') : live.problems
                }
              />
              {isEmpty ? <NoFleet /> : <UsersHero snapshot={live} />}
              <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_22rem]">
                <div className="flex min-w-0 flex-col gap-6">
                  {isEmpty ? null : <StationSpread stations={live.stationList} />}
                  <HistoryCharts />
                </div>
                <div className="flex min-w-0 flex-col gap-6">
                  <ServerCard snapshot={live} />
                  {isEmpty ? null : <CountryList countries={live.countries} />}
                </div>
              </div>
            </>
          );
        }}
      </LoadingPanel>
    </div>
  );
}

function NoFleet() {
  return (
    <Card>
      <EmptyState
        icon={Rocket}
        title="No stations yet"
        action={
          <Button variant="primary" asChild>
            <Link href="/settings">Choose how many to run</Link>
          </Button>
        }
      >
        This server is ready. Say how many stations it is to run, and they are started and put behind the
        balancer.
      </EmptyState>
    </Card>
  );
}

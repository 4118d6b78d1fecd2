'use client';

import { PackageOpen, RefreshCw } from 'lucide-react';
import type { MigrationReport, MigrationStart } from '../../lib/contract/migration.ts';
import { migrationSentence } from '../../lib/format/migration.ts';
import type { Result } from '../data/result.ts';
import { useCall } from '../data/use-call.ts';
import { useJobs } from '../jobs/jobs-provider.tsx';
import { useSnapshot } from '../live/use-snapshot.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { FoundCard } from './found-card.tsx';
import { NotCarriedCard } from './not-carried-card.tsx';
import { StandingCard } from './standing-card.tsx';
import { StartCard } from './start-card.tsx';
import { TracesCard } from './traces-card.tsx';

/** Server actions, handed in by the page because components know no pages. */
export interface MigrationActions {
  start: (input: Partial<MigrationStart>) => Promise<Result<{ jobId: string }>>;
  rollBack: (input: Record<never, never>) => Promise<Result<{ jobId: string }>>;
}

const WHILE_IT_RUNS_MS = 2000;

/** What an older manager left on this server, what would happen to it, and the way back. */
export function MigrationPage({ actions }: { actions: MigrationActions }) {
  const busy = useSnapshot()?.activeJobId != null;
  const query = useCall('migration.get', {}, busy ? { pollMs: WHILE_IT_RUNS_MS } : {});
  const { open } = useJobs();
  const started = (jobId: string) => {
    open(jobId);
    void query.refetch();
  };
  return (
    <div className="flex flex-col gap-6">
      <PageHeader
        title="Migration"
        description={
          query.data ? migrationSentence(query.data) : 'From an older manager to this one, and back.'
        }
        actions={
          <Button pending={query.isFetching && !busy} onClick={() => void query.refetch()}>
            <RefreshCw aria-hidden />
            Look again
          </Button>
        }
      />
      <LoadingPanel
        data={query.data}
        error={query.error}
        onRetry={() => void query.refetch()}
        skeleton={<Skeleton className="h-96 w-full rounded-2xl" />}
        isEmpty={({ found, traces, migration }) => !found && traces.length === 0 && migration === null}
        empty={<Nothing />}
      >
        {(report) => <Report report={report} actions={actions} busy={busy} onStarted={started} />}
      </LoadingPanel>
    </div>
  );
}

function Nothing() {
  return (
    <Card>
      <EmptyState icon={PackageOpen} title="No older manager was found">
        Stations of conduit-manager 1.x or CONDUIT-CLUSTER-MANAGER would be taken over from here, with their
        keys and on their own volumes.
      </EmptyState>
    </Card>
  );
}

interface ReportProps {
  report: MigrationReport;
  actions: MigrationActions;
  busy: boolean;
  onStarted: (jobId: string) => void;
}

function Report({ report, actions, busy, onStarted }: ReportProps) {
  const state = report.migration?.state ?? null;
  const isOver = state === null || state === 'rolled-back';
  const mayStart = state === 'running' || (isOver && report.found);
  return (
    <div className="flex flex-col gap-6">
      {report.migration === null ? null : (
        <StandingCard
          migration={report.migration}
          rollBack={actions.rollBack}
          busy={busy}
          onStarted={onStarted}
        />
      )}
      {mayStart ? (
        // A form that was filled from another report begins anew.
        <StartCard
          key={`${state} ${report.proposedCount} ${report.migration?.count}`}
          report={report}
          start={actions.start}
          busy={busy}
          onStarted={onStarted}
        />
      ) : null}
      {report.stations.length + report.orphans.length > 0 || report.traffic !== null ? (
        <FoundCard report={report} />
      ) : null}
      {report.notCarried.length > 0 ? <NotCarriedCard items={report.notCarried} /> : null}
      {report.traces.length > 0 && state !== 'migrated' ? <TracesCard traces={report.traces} /> : null}
    </div>
  );
}

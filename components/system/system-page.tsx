'use client';

import { RefreshCw } from 'lucide-react';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import type { DoctorFix } from '../../lib/contract/doctor.ts';
import type { TuningResult } from '../../lib/contract/tuning.ts';
import { doctorSentence, FIXES } from '../../lib/format/doctor.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { useAnew, useCall } from '../data/use-call.ts';
import { Button } from '../ui/button.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast-store.ts';
import { ChecksCard } from './checks-card.tsx';
import { type FirewallActions, FirewallCard } from './firewall-card.tsx';
import { TuningCard } from './tuning-card.tsx';

type Nothing = Record<never, never>;

/** Server actions, handed in by the page because components know no pages. */
export interface SystemActions {
  applyBalancer: (input: Nothing) => Promise<Result<BalancerDetail>>;
  applyTuning: (input: Nothing) => Promise<Result<TuningResult>>;
  revertTuning: (input: Nothing) => Promise<Result<TuningResult>>;
  firewall: FirewallActions;
}

/** Looked at again this often while the page is open: it costs a tenth of a second of one core. */
const LOOK_AGAIN_MS = 30_000;
const POLLED = { reuseProbe: true };

/** The server below the fleet: what is wrong with it and what to do, and the kernel before and after tuning. */
export function SystemPage({ actions }: { actions: SystemActions }) {
  const doctor = useCall('doctor.get', POLLED, { pollMs: LOOK_AGAIN_MS });
  const askAnew = useAnew('doctor.get', POLLED);
  const tuning = useCall('tuning.get', {}, { pollMs: LOOK_AGAIN_MS });
  const applyTuning = useAction(actions.applyTuning);
  const revertTuning = useAction(actions.revertTuning);
  const applyBalancer = useAction(actions.applyBalancer);
  const applyFirewall = useAction(actions.firewall.apply);
  const pending: DoctorFix | null = applyTuning.pending
    ? 'tuning.apply'
    : applyBalancer.pending
      ? 'balancer.apply'
      : applyFirewall.pending
        ? 'firewall.apply'
        : null;

  function lookAgain() {
    void askAnew({});
    void tuning.refetch();
  }

  async function finish(work: Promise<Result<unknown>>, title: string) {
    const result = await work;
    if (result.ok) toast({ tone: 'ok', title });
    lookAgain();
    return result.ok;
  }

  const tune = () => finish(applyTuning.run({}), 'The kernel’s parameters are set');
  const revert = () => finish(revertTuning.run({}), 'The kernel’s parameters are as they were before');
  const fixes: Record<DoctorFix, () => Promise<boolean>> = {
    'tuning.apply': tune,
    'balancer.apply': () => finish(applyBalancer.run({}), 'The wanted configuration is live'),
    // Rules only: a firewall that is off stays off.
    'firewall.apply': () => finish(applyFirewall.run({ enable: false }), 'What is needed is let in'),
  };

  return (
    <div className="flex flex-col gap-6">
      <PageHeader
        title="System"
        description="The server below the fleet: what is wrong with it, what to do, and how its kernel is set."
        actions={
          <Button pending={doctor.isFetching} onClick={lookAgain}>
            <RefreshCw aria-hidden />
            Look again
          </Button>
        }
      />
      {applyBalancer.error ? (
        <ErrorNote error={applyBalancer.error} title={`${FIXES['balancer.apply']}: failed`} live />
      ) : null}
      {applyFirewall.error ? (
        <ErrorNote error={applyFirewall.error} title={`${FIXES['firewall.apply']}: failed`} live />
      ) : null}
      <LoadingPanel
        data={doctor.data}
        error={doctor.error}
        onRetry={() => void doctor.refetch()}
        skeleton={<Skeleton className="h-96 w-full rounded-2xl" />}
      >
        {(report) => (
          <ChecksCard
            report={report}
            summary={
              <>
                {doctorSentence(report)} Looked at <Time at={report.at} />, in {report.durationMs} ms.
              </>
            }
            pending={pending}
            onFix={(fix) => void fixes[fix]()}
          />
        )}
      </LoadingPanel>
      <FirewallCard actions={actions.firewall} />
      <LoadingPanel
        data={tuning.data}
        error={tuning.error}
        onRetry={() => void tuning.refetch()}
        skeleton={<Skeleton className="h-96 w-full rounded-2xl" />}
      >
        {(report) => (
          <TuningCard
            report={report}
            error={applyTuning.error ?? revertTuning.error}
            applying={applyTuning.pending}
            reverting={revertTuning.pending}
            onApply={() => void tune()}
            onRevert={revert}
          />
        )}
      </LoadingPanel>
    </div>
  );
}

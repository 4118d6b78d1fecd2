'use client';

import { useCall } from '../data/use-call.ts';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { Note } from '../ui/note.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { BalancerForm, type ConfigureBalancer } from './balancer-form.tsx';
import { type ApplyFleet, FleetForm } from './fleet-form.tsx';
import { type ConfigureHistory, HistoryCard } from './history-card.tsx';
import { type MetricsActions, MetricsCard } from './metrics-card.tsx';
import { type ConfigureTracker, TrackerForm } from './tracker-form.tsx';

/** What the operator wants of this server. */
export function SettingsPage({
  applyFleet,
  configureBalancer,
  configureTracker,
  configureHistory,
  metrics,
}: {
  applyFleet: ApplyFleet;
  configureBalancer: ConfigureBalancer;
  configureTracker: ConfigureTracker;
  configureHistory: ConfigureHistory;
  metrics: MetricsActions;
}) {
  const fleet = useCall('fleet.get', {});
  const balancer = useCall('balancer.get', {});
  const tracker = useCall('tracker.get', {});
  const history = useCall('history.get', {});
  return (
    <div className="flex max-w-3xl flex-col gap-6">
      <PageHeader
        title="Settings"
        description="Changes are shown as a plan first, and rolled out a few stations at a time."
      />
      <LoadingPanel data={fleet.data} error={fleet.error} onRetry={() => void fleet.refetch()}>
        {({ settings, strangers }) => (
          <>
            {strangers.length > 0 ? (
              <Note tone="accent" title="Other containers with names like ours" className="mb-6">
                {strangers.map(({ name, image, state }) => (
                  <p key={name}>
                    {name} ({image}, {state}) was not made here and is left alone.
                  </p>
                ))}
              </Note>
            ) : null}
            {/* A form that was filled from older settings begins anew when they change elsewhere. */}
            <FleetForm
              key={JSON.stringify(settings)}
              current={settings}
              applyFleet={applyFleet}
              onApplied={() => void fleet.refetch()}
            />
          </>
        )}
      </LoadingPanel>
      <LoadingPanel data={balancer.data} error={balancer.error} onRetry={() => void balancer.refetch()}>
        {(detail) => (
          <BalancerForm
            key={JSON.stringify(detail.settings)}
            detail={detail}
            configure={configureBalancer}
            onApplied={() => void balancer.refetch()}
          />
        )}
      </LoadingPanel>
      <LoadingPanel data={tracker.data} error={tracker.error} onRetry={() => void tracker.refetch()}>
        {({ settings }) => (
          <TrackerForm
            key={JSON.stringify(settings)}
            settings={settings}
            configure={configureTracker}
            onApplied={() => void tracker.refetch()}
          />
        )}
      </LoadingPanel>
      <LoadingPanel data={history.data} error={history.error} onRetry={() => void history.refetch()}>
        {(state) => (
          <HistoryCard
            key={state.settings.maxMegabytes}
            state={state}
            configure={configureHistory}
            onApplied={() => void history.refetch()}
          />
        )}
      </LoadingPanel>
      <MetricsCard actions={metrics} />
    </div>
  );
}

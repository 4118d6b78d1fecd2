'use client';

import { Search, Server } from 'lucide-react';
import Link from 'next/link';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { formatCount, plural } from '../../lib/format/count.ts';
import { useLive } from '../live/use-snapshot.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { Note } from '../ui/note.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { SearchInput } from '../ui/search-input.tsx';
import { Select } from '../ui/select.tsx';
import { type UpdateActions, UpdateButton } from '../update/update-button.tsx';
import { StationActionButtons, type StationActions } from './station-actions.tsx';
import { StationCard } from './station-card.tsx';
import { STATION_STATES, type StationView, viewStations } from './station-words.ts';
import { StationsTable } from './stations-table.tsx';

/** All stations: found, sorted, chosen, and started or stopped. */
export function StationsPage({ actions, update }: { actions: StationActions; update: UpdateActions }) {
  const { snapshot, error, retryNow } = useLive();
  const outdated = snapshot?.problems.find(({ code }) => code === 'upgrade-required');
  return (
    <div className="flex flex-col gap-6">
      <PageHeader
        title="Stations"
        description={
          snapshot
            ? `${formatCount(snapshot.stations.running)} of ${plural(snapshot.stations.wanted, 'station')} running, ${plural(snapshot.users.connected, 'user')} connected`
            : 'Each is a container of its own.'
        }
        actions={
          <>
            <UpdateButton actions={update} urgent={outdated !== undefined} />
            <Button asChild>
              <Link href="/stations/claim">Claim in Ryve</Link>
            </Button>
            <Button asChild>
              <Link href="/settings">Change the count</Link>
            </Button>
          </>
        }
      />
      {outdated ? (
        <Note tone="critical" title={outdated.title}>
          {outdated.detail}
        </Note>
      ) : null}
      <LoadingPanel
        data={snapshot ?? undefined}
        error={snapshot === null ? error : null}
        onRetry={retryNow}
        isEmpty={(live) => live.stationList.length === 0}
        empty={
          <Card>
            <EmptyState icon={Server} title="No stations yet">
              Choose how many to run in the settings; they appear here as they start.
            </EmptyState>
          </Card>
        }
      >
        {(live) => <StationsList snapshot={live} actions={actions} />}
      </LoadingPanel>
    </div>
  );
}

function StationsList({ snapshot, actions }: { snapshot: Snapshot; actions: StationActions }) {
  const [view, setView] = useState<StationView>({
    search: '',
    state: 'all',
    sort: 'index',
    descending: false,
  });
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const search = useDeferredValue(view.search);
  const shown = useMemo(
    () => viewStations(snapshot.stationList, { ...view, search }),
    [snapshot.stationList, view, search],
  );
  const chosen = snapshot.stationList.filter((station) => selected.has(station.index));
  const select = useCallback((station: number, on: boolean) => {
    setSelected((before) => {
      const after = new Set(before);
      if (on) after.add(station);
      else after.delete(station);
      return after;
    });
  }, []);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <SearchInput
          label="Find a station"
          className="min-w-48 flex-1 sm:max-w-xs"
          value={view.search}
          onChange={(text) => setView({ ...view, search: text })}
        />
        <div className="w-44">
          <Select
            aria-label="Show stations in this state"
            value={view.state}
            onValueChange={(state) => setView({ ...view, state })}
            options={stateOptions(snapshot)}
          />
        </div>
        {chosen.length > 0 ? (
          <div className="flex flex-wrap items-center gap-3" role="status">
            <span className="text-ink-muted text-sm">{plural(chosen.length, 'station')} chosen</span>
            <StationActionButtons stations={chosen} actions={actions} />
          </div>
        ) : null}
      </div>
      <Card className="overflow-clip">
        {shown.length === 0 ? (
          <EmptyState
            icon={Search}
            title="No station fits"
            action={<Button onClick={() => setView({ ...view, search: '', state: 'all' })}>Show all</Button>}
          >
            None has that name, number or state.
          </EmptyState>
        ) : (
          <>
            <div className="hidden md:block">
              <StationsTable
                stations={shown}
                at={snapshot.at}
                view={view}
                onViewChange={setView}
                selected={selected}
                onSelect={select}
                onSelectAll={(on) => setSelected(new Set(on ? shown.map((station) => station.index) : []))}
              />
            </div>
            <ul className="divide-y md:hidden">
              {shown.map((station) => (
                <StationCard
                  key={station.index}
                  station={station}
                  selected={selected.has(station.index)}
                  onSelect={select}
                />
              ))}
            </ul>
          </>
        )}
      </Card>
    </div>
  );
}

/** The states there are now, each with how many stations are in it. */
function stateOptions({ stationList }: Snapshot) {
  const counts = new Map<string, number>();
  for (const { state } of stationList) counts.set(state, (counts.get(state) ?? 0) + 1);
  const states = Object.entries(STATION_STATES).filter(([state]) => counts.has(state));
  return [
    { value: 'all', label: `All states (${stationList.length})` },
    ...states.map(([state, { label }]) => ({ value: state, label: `${label} (${counts.get(state)})` })),
  ];
}

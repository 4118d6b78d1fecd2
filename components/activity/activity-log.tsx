'use client';

import { useState } from 'react';
import { type ActivityEntry, activityEntrySchema } from '../../lib/contract/jobs.ts';
import { plural } from '../../lib/format/count.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { call, useCall } from '../data/use-call.ts';
import { useJobs } from '../jobs/jobs-provider.tsx';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Input } from '../ui/input.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Select } from '../ui/select.tsx';
import { Time } from '../ui/time.tsx';
import { type ActivityFilter, EVERYTHING, filterActivity, joinPages } from './activity-filter.ts';

const REFRESH_MS = 5000;
const PAGE = 50;
const OUTCOMES: Record<ActivityEntry['outcome'], { label: string; tone: Tone }> = {
  ok: { label: 'Done', tone: 'ok' },
  started: { label: 'Started', tone: 'accent' },
  failed: { label: 'Failed', tone: 'critical' },
  refused: { label: 'Refused', tone: 'warn' },
};
const OUTCOME_OPTIONS = [
  { value: 'all', label: 'All outcomes' },
  ...Object.entries(OUTCOMES).map(([value, { label }]) => ({ value, label })),
];

interface Page {
  entries: ActivityEntry[];
  more: boolean;
}

/** Who did what, newest first; older entries on demand. */
export function ActivityLog() {
  const newest = useCall('activity.list', { limit: PAGE }, { pollMs: REFRESH_MS });
  const [older, setOlder] = useState<Page | null>(null);
  const [filter, setFilter] = useState(EVERYTHING);
  const next = useAction(readPage);
  const loadOlder = async (before: number) => {
    const result = await next.run(before);
    if (!result.ok) return;
    setOlder((known) => ({
      entries: [...(known?.entries ?? []), ...result.data.entries],
      more: result.data.more,
    }));
  };
  return (
    <Card>
      <CardHeader title="Who did what" actions={<FilterBar filter={filter} onChange={setFilter} />} />
      <CardBody>
        <LoadingPanel
          data={newest.data}
          error={newest.error}
          onRetry={() => void newest.refetch()}
          isEmpty={({ entries }) => entries.length === 0}
          empty={<p className="text-ink-muted">Nothing yet.</p>}
        >
          {(page) => {
            const all = joinPages(page.entries, older?.entries ?? []);
            const shown = filterActivity(all, filter);
            const last = all.at(-1);
            return (
              <div className="flex flex-col items-start gap-4">
                {shown.length === all.length ? null : (
                  <p className="text-ink-muted text-sm" role="status">
                    {shown.length} of the newest {plural(all.length, 'entry', 'entries')}
                  </p>
                )}
                <Entries entries={shown} />
                {next.error ? <ErrorNote error={next.error} live /> : null}
                {(older?.more ?? page.more) && last ? (
                  <Button pending={next.pending} onClick={() => void loadOlder(last.id)}>
                    {shown.length === all.length ? 'Show older' : 'Look further back'}
                  </Button>
                ) : null}
              </div>
            );
          }}
        </LoadingPanel>
      </CardBody>
    </Card>
  );
}

function FilterBar({
  filter,
  onChange,
}: {
  filter: ActivityFilter;
  onChange: (filter: ActivityFilter) => void;
}) {
  const choose = (value: string) =>
    onChange({ ...filter, outcome: activityEntrySchema.shape.outcome.safeParse(value).data ?? 'all' });
  return (
    <div className="flex flex-wrap gap-2">
      <Input
        type="search"
        aria-label="Find in the activity"
        placeholder="Find"
        className="w-40"
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
      />
      <Select
        aria-label="Outcomes to show"
        className="w-40"
        value={filter.outcome}
        onValueChange={choose}
        options={OUTCOME_OPTIONS}
      />
    </div>
  );
}

function Entries({ entries }: { entries: ActivityEntry[] }) {
  const { open } = useJobs();
  return (
    <ul className="w-full divide-y">
      {entries.map((entry) => (
        <Entry key={entry.id} entry={entry} onOpen={open} />
      ))}
    </ul>
  );
}

function Entry({ entry, onOpen }: { entry: ActivityEntry; onOpen: (jobId: string) => void }) {
  const { label, tone } = OUTCOMES[entry.outcome];
  const { jobId } = entry;
  return (
    <li className="grid grid-cols-1 items-baseline gap-x-4 gap-y-1 py-3 first:pt-0 last:pb-0 sm:grid-cols-[8.5rem_minmax(0,1fr)_auto]">
      <Badge tone={tone} className="justify-self-start">
        {label}
      </Badge>
      <p className="break-words">
        {entry.summary}
        {jobId === null ? null : (
          <Button variant="link" size="sm" className="ml-2 h-auto" onClick={() => onOpen(jobId)}>
            details
          </Button>
        )}
      </p>
      <p className="text-ink-muted text-sm sm:text-right">
        {entry.actor}, <Time at={entry.at} show="both" />
      </p>
    </li>
  );
}

async function readPage(before: number): Promise<Result<Page>> {
  return { ok: true, data: await call('activity.list', { limit: PAGE, before }) };
}

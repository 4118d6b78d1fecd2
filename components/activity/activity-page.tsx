'use client';

import { History } from 'lucide-react';
import { useState } from 'react';
import type { ActivityEntry, Job } from '../../lib/contract/jobs.ts';
import { formatDuration } from '../../lib/format/time.ts';
import { call, useCall } from '../data/use-call.ts';
import { JOB_STATES } from '../jobs/job-words.ts';
import { useJobs } from '../jobs/jobs-provider.tsx';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { Time } from '../ui/time.tsx';

const REFRESH_MS = 5000;
const PAGE = 50;
const OUTCOMES: Record<ActivityEntry['outcome'], { label: string; tone: Tone }> = {
  ok: { label: 'Done', tone: 'ok' },
  started: { label: 'Started', tone: 'accent' },
  failed: { label: 'Failed', tone: 'critical' },
  refused: { label: 'Refused', tone: 'warn' },
};

/** What was done on this server, by whom, and how it ended. */
export function ActivityPage() {
  return (
    <div className="flex flex-col gap-6">
      <PageHeader
        title="Activity"
        description="Work on the fleet, and who did what. Kept on this server only."
      />
      <Jobs />
      <Entries />
    </div>
  );
}

function Jobs() {
  const jobs = useCall('job.list', { limit: 20 }, { pollMs: REFRESH_MS });
  return (
    <Card>
      <CardHeader title="Jobs" description="Everything that takes longer than a moment." />
      <CardBody>
        <LoadingPanel
          data={jobs.data?.jobs}
          error={jobs.error}
          onRetry={() => void jobs.refetch()}
          isEmpty={(list) => list.length === 0}
          empty={
            <EmptyState icon={History} title="Nothing was done yet" className="py-6">
              The first job is the start of the stations.
            </EmptyState>
          }
        >
          {(list) => (
            <ul className="divide-y">
              {list.map((job) => (
                <JobRow key={job.id} job={job} />
              ))}
            </ul>
          )}
        </LoadingPanel>
      </CardBody>
    </Card>
  );
}

function JobRow({ job }: { job: Job }) {
  const { open } = useJobs();
  const { label, tone, icon } = JOB_STATES[job.state];
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3 first:pt-0 last:pb-0">
      <Badge tone={tone} icon={icon}>
        {label}
      </Badge>
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">{job.title}</p>
        <p className="text-ink-muted text-sm">
          by {job.actor}, <Time at={job.createdAt} />
          {job.startedAt !== null && job.endedAt !== null
            ? `, took ${formatDuration(job.endedAt - job.startedAt)}`
            : ''}
        </p>
        {job.error ? <p className="break-words text-critical text-sm">{job.error.message}</p> : null}
      </div>
      <Button size="sm" onClick={() => open(job.id)} aria-label={`Details of ${job.title}`}>
        Details
      </Button>
    </li>
  );
}

function Entries() {
  const newest = useCall('activity.list', { limit: PAGE }, { pollMs: REFRESH_MS });
  const [older, setOlder] = useState<{ entries: ActivityEntry[]; more: boolean } | null>(null);
  const [pending, setPending] = useState(false);
  const { open } = useJobs();

  async function loadOlder(before: number) {
    setPending(true);
    try {
      const next = await call('activity.list', { limit: PAGE, before });
      setOlder((known) => ({ entries: [...(known?.entries ?? []), ...next.entries], more: next.more }));
    } finally {
      setPending(false);
    }
  }

  return (
    <Card>
      <CardHeader title="Who did what" />
      <CardBody>
        <LoadingPanel
          data={newest.data}
          error={newest.error}
          onRetry={() => void newest.refetch()}
          isEmpty={({ entries }) => entries.length === 0}
          empty={<p className="text-ink-muted">Nothing yet.</p>}
        >
          {(page) => {
            const known = new Set(page.entries.map(({ id }) => id));
            const entries = [...page.entries, ...(older?.entries ?? []).filter(({ id }) => !known.has(id))];
            const last = entries.at(-1);
            return (
              <>
                <ul className="divide-y">
                  {entries.map((entry) => (
                    <Entry key={entry.id} entry={entry} onOpen={open} />
                  ))}
                </ul>
                {(older?.more ?? page.more) && last ? (
                  <Button className="mt-4" pending={pending} onClick={() => void loadOlder(last.id)}>
                    Show older
                  </Button>
                ) : null}
              </>
            );
          }}
        </LoadingPanel>
      </CardBody>
    </Card>
  );
}

function Entry({ entry, onOpen }: { entry: ActivityEntry; onOpen: (jobId: string) => void }) {
  const { label, tone } = OUTCOMES[entry.outcome];
  return (
    <li className="grid grid-cols-1 items-start gap-x-3 gap-y-1 py-3 first:pt-0 last:pb-0 sm:grid-cols-[6.5rem_minmax(0,1fr)_auto]">
      <Badge tone={tone} className="justify-self-start">
        {label}
      </Badge>
      <p className="break-words">
        {entry.summary}
        {entry.jobId === null ? null : (
          <Button variant="link" size="sm" className="ml-2" onClick={() => onOpen(entry.jobId ?? '')}>
            details
          </Button>
        )}
      </p>
      <p className="text-ink-muted text-sm sm:col-start-3 sm:text-right">
        {entry.actor}, <Time at={entry.at} />
      </p>
    </li>
  );
}

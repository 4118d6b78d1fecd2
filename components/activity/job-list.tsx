'use client';

import { History } from 'lucide-react';
import { useState } from 'react';
import { type Job, type JobState, jobStateSchema } from '../../lib/contract/jobs.ts';
import { formatDuration } from '../../lib/format/time.ts';
import { useCall } from '../data/use-call.ts';
import { JOB_STATES } from '../jobs/job-words.ts';
import { useJobs } from '../jobs/jobs-provider.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { Select } from '../ui/select.tsx';
import { Time } from '../ui/time.tsx';

const REFRESH_MS = 5000;
const PAGE = 20;
/** The most the agent gives at once. */
const MOST = 200;
const STATE_OPTIONS = [
  { value: 'all', label: 'All jobs' },
  ...jobStateSchema.options.map((state) => ({ value: state, label: JOB_STATES[state].label })),
];

/** The jobs, newest first. */
export function JobList() {
  const [state, setState] = useState<JobState | 'all'>('all');
  const [limit, setLimit] = useState(PAGE);
  const jobs = useCall(
    'job.list',
    { limit, ...(state === 'all' ? {} : { state }) },
    { pollMs: REFRESH_MS, keepPrevious: true },
  );
  const choose = (value: string) => {
    setState(jobStateSchema.safeParse(value).data ?? 'all');
    setLimit(PAGE);
  };
  return (
    <Card>
      <CardHeader
        title="Jobs"
        description="Everything that takes longer than a moment."
        actions={
          <Select
            aria-label="Jobs to show"
            className="w-40"
            value={state}
            onValueChange={choose}
            options={STATE_OPTIONS}
          />
        }
      />
      <CardBody>
        <LoadingPanel
          data={jobs.data?.jobs}
          error={jobs.error}
          onRetry={() => void jobs.refetch()}
          isEmpty={(list) => list.length === 0}
          empty={state === 'all' ? <NoJobs /> : <p className="text-ink-muted">No job is in this state.</p>}
        >
          {(list) => (
            <>
              <ul className="divide-y">
                {list.map((job) => (
                  <JobRow key={job.id} job={job} />
                ))}
              </ul>
              {list.length >= limit && limit < MOST ? (
                <Button className="mt-4" onClick={() => setLimit(Math.min(MOST, limit + PAGE * 2))}>
                  Show older jobs
                </Button>
              ) : null}
            </>
          )}
        </LoadingPanel>
      </CardBody>
    </Card>
  );
}

function NoJobs() {
  return (
    <EmptyState icon={History} title="Nothing was done yet" className="py-6">
      The first job is the start of the stations.
    </EmptyState>
  );
}

function JobRow({ job }: { job: Job }) {
  const { open } = useJobs();
  const { label, tone, icon } = JOB_STATES[job.state];
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 py-3 first:pt-0 last:pb-0 sm:grid-cols-[8.5rem_minmax(0,1fr)_auto]">
      <Badge tone={tone} icon={icon} className="justify-self-start">
        {label}
      </Badge>
      <div className="order-3 col-span-2 min-w-0 sm:order-none sm:col-span-1">
        <p className="font-medium">{job.title}</p>
        <p className="text-ink-muted text-sm">
          by {job.actor}, <Time at={job.createdAt} show="both" />
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

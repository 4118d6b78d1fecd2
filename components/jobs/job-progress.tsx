'use client';

import { formatDuration } from '../../lib/format/time.ts';
import { hasEnded, type JobView } from '../live/use-job.tsx';
import { Badge } from '../ui/badge.tsx';
import { Note, withCode } from '../ui/note.tsx';
import { Progress } from '../ui/progress.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';
import { JobLog } from './job-log.tsx';
import { JobSteps } from './job-steps.tsx';
import { JOB_STATES, outcomeOf } from './job-words.ts';

/** One job in full: how far it is, its steps, its log, and how it ended with the way out. */
export function JobProgress({ view }: { view: JobView }) {
  const { job, log, error } = view;
  const now = useNow();
  if (job === null) {
    if (error) return <Failure message={error.message} remedy={error.remedy ?? null} />;
    return <Skeleton className="h-40 w-full" />;
  }
  const { label, tone, icon } = JOB_STATES[job.state];
  const ended = hasEnded(job);
  const until = job.endedAt ?? now;
  const outcome = outcomeOf(job);
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-2">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-muted text-sm">
          <Badge tone={tone} icon={icon}>
            {label}
          </Badge>
          <span>by {job.actor}</span>
          <Time at={job.createdAt} />
          {job.startedAt !== null && until !== null ? (
            <span>
              {ended ? 'took' : 'for'} {formatDuration(until - job.startedAt)}
            </span>
          ) : null}
        </div>
        {job.steps.length > 0 ? (
          <>
            <Progress
              value={job.progress.done}
              max={job.progress.total}
              label="Steps done"
              tone={job.state === 'failed' ? 'critical' : job.state === 'succeeded' ? 'ok' : 'accent'}
            />
            <p className="text-ink-muted text-sm" role="status">
              {job.progress.done} of {job.progress.total} steps done
            </p>
          </>
        ) : null}
      </div>
      {job.error ? <Failure message={job.error.message} remedy={job.error.remedy} /> : null}
      {outcome ? <p className="text-ink-muted">{outcome}</p> : null}
      {error && !ended ? (
        <Note tone="warn" title="The connection to this job broke off">
          The job goes on without you watching. Trying again…
        </Note>
      ) : null}
      <JobSteps steps={job.steps} />
      <JobLog lines={log} />
    </div>
  );
}

function Failure({ message, remedy }: { message: string; remedy: string | null }) {
  return (
    <Note tone="critical" title={message} live>
      {remedy ? <p>{withCode(remedy)}</p> : null}
    </Note>
  );
}

'use client';

import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Job } from '../../lib/contract/jobs.ts';
import { useAction } from '../data/use-action.ts';
import { hasEnded, type JobView, useJob } from '../live/use-job.tsx';
import { Button } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { Dialog, DialogClose, DialogContent } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Progress } from '../ui/progress.tsx';
import { JobProgress } from './job-progress.tsx';
import { JOB_STATES } from './job-words.ts';
import type { CancelJob } from './jobs-provider.tsx';

const GOOD_NEWS_MS = 8000;

export interface JobDockProps {
  id: string | null;
  cancelJob: CancelJob;
  detailsOpen: boolean;
  onDetailsOpenChange: (open: boolean) => void;
  onDismiss: () => void;
}

/** The followed job in a corner of every page, and its details in a sheet. Good news goes by itself. */
export function JobDock({ id, cancelJob, detailsOpen, onDetailsOpenChange, onDismiss }: JobDockProps) {
  const view = useJob(id);
  const { job } = view;
  const done = job?.state === 'succeeded' && !detailsOpen;
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(onDismiss, GOOD_NEWS_MS);
    return () => clearTimeout(timer);
  }, [done, onDismiss]);
  if (id === null) return null;
  return (
    <>
      {job && !detailsOpen ? (
        <DockCard job={job} onOpen={() => onDetailsOpenChange(true)} onDismiss={onDismiss} />
      ) : null}
      <Dialog open={detailsOpen} onOpenChange={onDetailsOpenChange}>
        <JobSheet view={view} cancelJob={cancelJob} />
      </Dialog>
    </>
  );
}

function DockCard({ job, onOpen, onDismiss }: { job: Job; onOpen: () => void; onDismiss: () => void }) {
  const { label, icon: Icon } = JOB_STATES[job.state];
  const ink =
    job.state === 'failed' ? 'text-critical' : job.state === 'succeeded' ? 'text-ok' : 'text-accent-text';
  return (
    <section
      aria-label="Followed job"
      className="fixed inset-x-3 bottom-[4.75rem] z-30 animate-rise-in rounded-xl border bg-surface p-4 shadow-floating sm:inset-x-auto sm:right-4 sm:w-96 lg:bottom-4 print:hidden"
    >
      <div className="flex items-start gap-3">
        <Icon
          className={cn('mt-0.5 size-5 shrink-0', ink, job.state === 'running' && 'animate-spin')}
          aria-hidden
        />
        <div className="flex min-w-0 flex-1 flex-col gap-2">
          <div>
            <p className="truncate font-medium">{job.title}</p>
            <p className="text-ink-muted text-sm" role="status">
              {label}
              {hasEnded(job) || job.progress.total === 0
                ? ''
                : `, ${job.progress.done} of ${job.progress.total}`}
            </p>
          </div>
          {hasEnded(job) ? null : (
            <Progress value={job.progress.done} max={job.progress.total} label={`Progress of ${job.title}`} />
          )}
        </div>
        <Button size="sm" onClick={onOpen}>
          Details
        </Button>
        {hasEnded(job) ? (
          <Button variant="ghost" size="icon-sm" onClick={onDismiss} aria-label="Dismiss">
            <X aria-hidden />
          </Button>
        ) : null}
      </div>
    </section>
  );
}

function JobSheet({ view, cancelJob }: { view: JobView; cancelJob: CancelJob }) {
  const { job } = view;
  const { run, pending, error } = useAction(cancelJob);
  const [asked, setAsked] = useState<string | null>(null);
  const cancel = async (id: string) => {
    const result = await run({ id });
    if (result.ok) setAsked(id);
  };
  const stoppable = job !== null && !hasEnded(job) && job.cancellable;
  return (
    <DialogContent
      layout="sheet"
      title={job?.title ?? 'Job'}
      footer={
        <>
          {stoppable ? (
            <Button pending={pending || asked === job.id} onClick={() => void cancel(job.id)}>
              {asked === job.id ? 'Stopping after this step' : 'Cancel the job'}
            </Button>
          ) : null}
          <DialogClose asChild>
            <Button variant={job && hasEnded(job) ? 'primary' : 'secondary'}>
              {job && hasEnded(job) ? 'Close' : 'Continue in the background'}
            </Button>
          </DialogClose>
        </>
      }
    >
      {error ? <ErrorNote error={error} live className="mb-4" /> : null}
      <JobProgress view={view} />
    </DialogContent>
  );
}

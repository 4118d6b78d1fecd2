'use client';

import { useEffect, useState } from 'react';
import { AppError, type ErrorBody } from '../../lib/contract/errors.ts';
import { type Job, type JobLogLine, type JobState, jobEventSchema } from '../../lib/contract/jobs.ts';
import { readStream } from './read-stream.ts';

const ENDED: ReadonlySet<JobState> = new Set(['succeeded', 'failed', 'cancelled', 'interrupted']);
const RETRY_MS = 2000;
/** More than a page can show with profit; the agent keeps the whole log. */
const MAX_LINES = 2000;

export interface JobView {
  job: Job | null;
  log: readonly JobLogLine[];
  /** Why nothing arrives now; the last known state stays. */
  error: ErrorBody | null;
}

const NOTHING: JobView = { job: null, log: [], error: null };

/** Whether a job has come to its end. */
export function hasEnded(job: Job): boolean {
  return ENDED.has(job.state);
}

/** Follows a job to its end, over breaks of the connection; null follows nothing. */
export function useJob(id: string | null): JobView {
  const [view, setView] = useState<JobView>(NOTHING);
  useEffect(() => {
    setView(NOTHING);
    if (id === null) return;
    const left = new AbortController();
    void follow(id, left.signal, setView);
    return () => left.abort();
  }, [id]);
  return view;
}

async function follow(
  id: string,
  signal: AbortSignal,
  update: (change: (view: JobView) => JobView) => void,
): Promise<void> {
  for (let finished = false; !finished && !signal.aborted; ) {
    let fresh = true;
    try {
      for await (const event of readStream(`/api/jobs/${id}`, jobEventSchema, signal)) {
        // Each stream begins with the whole log: what an earlier one brought is replaced, not repeated.
        const restart = fresh;
        fresh = false;
        update((view) => {
          const log = restart ? [] : view.log;
          return event.type === 'job'
            ? { job: event.job, log, error: null }
            : { ...view, log: [...log, event.line].slice(-MAX_LINES), error: null };
        });
      }
      finished = true;
    } catch (error) {
      const known =
        error instanceof AppError
          ? error
          : new AppError('internal', { message: 'The job cannot be followed.' });
      update((view) => ({ ...view, error: known.toJSON() }));
      // A job the agent does not know will not appear later.
      finished = known.code === 'not_found' || known.code === 'unauthenticated';
      if (!finished) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

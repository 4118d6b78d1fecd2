'use client';

import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { Job } from '../../lib/contract/jobs.ts';
import type { Result } from '../data/result.ts';
import { useSnapshot } from '../live/use-snapshot.tsx';
import { JobDock } from './job-dock.tsx';

/** Cancels a job; the server action, handed in by the layout because components know no pages. */
export type CancelJob = (input: { id: string }) => Promise<Result<Job>>;

interface Jobs {
  /** Follows a job in the dock at the lower edge. */
  track: (id: string) => void;
  /** Follows it and opens its details. */
  open: (id: string) => void;
}

const JobsContext = createContext<Jobs | null>(null);

export function useJobs(): Jobs {
  const jobs = useContext(JobsContext);
  if (jobs === null) throw new Error('useJobs is used outside JobsProvider');
  return jobs;
}

/** Keeps the job the reader follows in sight while pages change, whoever started it. */
export function JobsProvider({ cancelJob, children }: { cancelJob: CancelJob; children: ReactNode }) {
  const [followed, setFollowed] = useState<string | null>(null);
  const [detailsOpen, setDetailsOpen] = useState(false);
  const activeJobId = useSnapshot()?.activeJobId ?? null;
  // A job started at the terminal, or in another tab, is worth seeing as well.
  useEffect(() => {
    if (activeJobId !== null) setFollowed((current) => current ?? activeJobId);
  }, [activeJobId]);
  const track = useCallback((id: string) => setFollowed(id), []);
  const open = useCallback((id: string) => {
    setFollowed(id);
    setDetailsOpen(true);
  }, []);
  const jobs = useMemo(() => ({ track, open }), [track, open]);
  return (
    <JobsContext value={jobs}>
      {children}
      <JobDock
        id={followed}
        cancelJob={cancelJob}
        detailsOpen={detailsOpen}
        onDetailsOpenChange={setDetailsOpen}
        onDismiss={() => setFollowed(null)}
      />
    </JobsContext>
  );
}

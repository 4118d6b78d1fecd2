/** Jobs that change the fleet: one at a time, each entered in the activity log with its outcome. */
import type { Job } from '../../lib/contract/jobs.ts';
import type { CoreDeps } from '../deps.ts';
import type { JobHandle } from '../jobs/runner.ts';

export interface FleetJobRequest {
  /** Name of the operation, also in the activity log. */
  kind: string;
  title: string;
  actor: string;
  /** What it is about, for the activity log. */
  summary: string;
  /** Default true. */
  cancellable?: boolean;
  /** How long stations that stop may finish their sessions; default as the balancer's settings say. */
  drainSeconds?: number;
}

export interface FleetJobs {
  start(request: FleetJobRequest, work: (job: JobHandle) => Promise<void>): Job;
  /** Work without a job, between the jobs; one that is started meanwhile aborts it. */
  quietly(work: (signal: AbortSignal) => Promise<void>): Promise<void>;
  isBusy(): boolean;
  stop(): void;
}

export function createFleetJobs(
  { jobs, activity }: Pick<CoreDeps, 'jobs' | 'activity'>,
  onEnd: (job: Job) => void,
): FleetJobs {
  let pending = 0;
  let quiet: AbortController | null = null;
  let tail: Promise<void> = Promise.resolve();

  function exclusively(work: () => Promise<void>): Promise<void> {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  }

  return {
    start({ kind, title, actor, summary, cancellable = true }, work) {
      pending += 1;
      quiet?.abort();
      const ended = (job: Job) => {
        pending -= 1;
        if (job.state !== 'interrupted') {
          const outcome = job.state === 'succeeded' ? 'ok' : 'failed';
          const end = job.state === 'cancelled' ? 'cancelled' : (job.error?.message ?? 'done');
          activity.record({ actor, action: kind, summary: `${title}: ${end}`, outcome, jobId: job.id });
        }
        onEnd(job);
      };
      const job = jobs.start({ kind, title, actor, cancellable, onEnd: ended }, (handle) =>
        exclusively(() => work(handle)),
      );
      activity.record({ actor, action: kind, summary, outcome: 'started', jobId: job.id });
      return job;
    },
    async quietly(work) {
      const abort = new AbortController();
      quiet = abort;
      try {
        await exclusively(() => work(abort.signal));
      } finally {
        if (quiet === abort) quiet = null;
      }
    },
    isBusy: () => pending > 0 || quiet !== null,
    stop: () => quiet?.abort(),
  };
}

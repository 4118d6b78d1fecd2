import type { Handlers } from './handler.ts';

export const jobOperations: Handlers<'activity.list' | 'job.cancel' | 'job.get' | 'job.list' | 'job.watch'> =
  {
    'activity.list': ({ activity }, input) => activity.list(input),
    'job.cancel': ({ jobs, activity }, { id }, { actor }) => {
      const job = jobs.cancel(id);
      activity.record({
        actor,
        action: 'job.cancel',
        summary: `Cancelled: ${job.title}`,
        outcome: 'ok',
        jobId: id,
      });
      return job;
    },
    'job.get': ({ jobs }, { id }) => jobs.get(id),
    'job.list': ({ jobs }, input) => ({ jobs: jobs.list(input) }),
    'job.watch': ({ jobs }, { id }, { signal }) => jobs.watch(id, signal),
  };

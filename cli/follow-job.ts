import { AppError, type ErrorCode, ERRORS } from '../lib/contract/errors.ts';
import type { Job } from '../lib/contract/jobs.ts';
import type { Cli } from './command.ts';

/**
 * Shows a job until it ends. Ctrl-C leaves the job running and says so.
 * @throws AppError with the job's own code when it failed, was cancelled or was interrupted
 */
export async function followJob(cli: Cli, jobId: string): Promise<Job> {
  let last: Job | null = null;
  for await (const event of cli.client.stream('job.watch', { id: jobId }, { signal: cli.signal })) {
    if (event.type === 'log') cli.note(`  ${event.line.text}`);
    else {
      if (shown(event.job) !== (last === null ? '' : shown(last))) cli.progress(shown(event.job));
      last = event.job;
    }
  }
  if (cli.signal.aborted) {
    cli.note(`The job goes on. See it with \`conduit job watch ${jobId}\`.`);
    throw new AppError('cancelled', { message: 'Stopped watching.' });
  }
  if (last === null) throw new AppError('internal', { message: 'The agent sent nothing about the job.' });
  if (last.state === 'succeeded') return last;
  const { error, state, title } = last;
  if (error !== null) {
    const code: ErrorCode = error.code in ERRORS ? (error.code as ErrorCode) : 'job_failed';
    throw new AppError(code === 'internal' ? 'job_failed' : code, { message: error.message, ...(error.remedy === null ? {} : { remedy: error.remedy }) });
  }
  throw new AppError(state === 'cancelled' ? 'cancelled' : 'job_failed', { message: `${title}: ${state}.`, remedy: `See \`conduit job show ${jobId}\`.` });
}

function shown(job: Job): string {
  const { done, total } = job.progress;
  const running = job.steps.find((step) => step.state === 'running');
  const state = job.state === 'queued' ? 'waiting for the job before it' : job.state;
  if (total === 0) return `${job.title}: ${state}`;
  return `${job.title}: ${done}/${total}${running === undefined ? '' : `  ${running.title}`}${job.state === 'running' ? '' : `  ${state}`}`;
}

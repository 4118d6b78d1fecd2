import { setTimeout as delay } from 'node:timers/promises';
import { AppError, ERRORS, type ErrorCode } from '../lib/contract/errors.ts';
import type { Job } from '../lib/contract/jobs.ts';
import type { Cli } from './command.ts';

const AGENT_RETURNS_WITHIN_MS = 30_000;

/**
 * Shows a job until it ends. Ctrl-C leaves the job running and says so; an agent that is restarted meanwhile is
 * waited for, and the job that goes on in its place is followed.
 * @throws AppError with the job's own code when it failed, was cancelled or was interrupted
 */
export async function followJob(cli: Cli, jobId: string): Promise<Job> {
  let id = jobId;
  for (;;) {
    const job = await watchOnce(cli, id);
    if (job !== null && job.state !== 'interrupted') return succeeded(job);
    cli.note('The agent was restarted; it goes on with what is left.');
    const next = await successorOf(cli);
    if (next === null) return succeeded(await cli.client.call('job.get', { id }));
    id = next;
  }
}

/** @returns the job's end, or null when the agent went away meanwhile */
async function watchOnce(cli: Cli, id: string): Promise<Job | null> {
  let last: Job | null = null;
  let shown = '';
  try {
    for await (const event of cli.client.stream('job.watch', { id }, { signal: cli.signal })) {
      if (event.type === 'log') {
        cli.note(`  ${event.line.text}`);
        continue;
      }
      last = event.job;
      const line = progressLine(last);
      if (line !== shown) cli.progress(line);
      shown = line;
    }
  } catch (error) {
    if (last !== null && error instanceof AppError && error.code === 'agent_unreachable') return null;
    throw error;
  }
  if (cli.signal.aborted) {
    throw new AppError('cancelled', {
      message: 'No longer watching; the job goes on in the agent.',
      remedy: `See it again with \`conduit job watch ${id}\`, stop it with \`conduit job cancel ${id}\`.`,
    });
  }
  const ended = last !== null && !['queued', 'running'].includes(last.state);
  return ended ? last : null;
}

/** Waits for the agent. @returns the job it works on now, null when there is nothing left to do */
async function successorOf(cli: Cli): Promise<string | null> {
  const deadline = Date.now() + AGENT_RETURNS_WITHIN_MS;
  for (;;) {
    try {
      const { jobs } = await cli.client.call('job.list', { limit: 10 });
      return jobs.find(({ state }) => state === 'running' || state === 'queued')?.id ?? null;
    } catch (error) {
      const away = error instanceof AppError && error.code === 'agent_unreachable';
      if (!away || Date.now() > deadline || cli.signal.aborted) throw error;
    }
    await delay(500);
  }
}

function succeeded(job: Job): Job {
  if (job.state === 'succeeded') return job;
  if (job.error !== null) {
    const code: ErrorCode = job.error.code in ERRORS ? (job.error.code as ErrorCode) : 'job_failed';
    throw new AppError(code === 'internal' ? 'job_failed' : code, {
      message: job.error.message,
      ...(job.error.remedy === null ? {} : { remedy: job.error.remedy }),
    });
  }
  throw new AppError(job.state === 'cancelled' ? 'cancelled' : 'job_failed', {
    message: `${job.title}: ${job.state}.`,
    remedy: `See \`conduit job show ${job.id}\`.`,
  });
}

/** One line: what, how far, and the step it is at. Pure. */
export function progressLine(job: Job): string {
  const { done, total } = job.progress;
  const state = job.state === 'queued' ? 'waiting for the job before it' : job.state;
  if (total === 0) return `${job.title}: ${state}`;
  const running = job.steps.find((step) => step.state === 'running');
  const rest = job.state === 'running' ? (running?.title ?? '') : state;
  return `${job.title}: ${done}/${total}${rest === '' ? '' : `  ${rest}`}`;
}

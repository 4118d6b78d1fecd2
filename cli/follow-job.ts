import { setTimeout as delay } from 'node:timers/promises';
import { AppError, ERRORS, type ErrorCode } from '../lib/contract/errors.ts';
import type { Job } from '../lib/contract/jobs.ts';
import type { Cli } from './command.ts';

const AGENT_RETURNS_WITHIN_MS = 30_000;
const RECOVERY_BEGINS_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 300;

/**
 * Shows a job until it ends. Ctrl-C leaves the job running and says so; an agent that is restarted meanwhile is
 * waited for, and the job that goes on in its place is followed.
 * @param said lines of its log that were shown before
 * @throws AppError with the job's own code when it failed, was cancelled or was interrupted
 */
export async function followJob(cli: Cli, jobId: string, said: readonly string[] = []): Promise<Job> {
  let id = jobId;
  const seen = new Set(said);
  for (;;) {
    const job = await watchOnce(cli, id, seen);
    if (job !== null && job.state !== 'interrupted') return succeeded(job);
    cli.note('The agent was restarted; it goes on with what is left.');
    const interrupted = await agentBack(cli, id);
    const next = await successorOf(cli, interrupted);
    if (next === null) return (await nothingLeft(cli)) ? interrupted : succeeded(interrupted);
    id = next;
  }
}

/**
 * Shows a job that no other goes on with: where the agent was restarted meanwhile, whoever asked for it begins it again.
 * @returns the job, `succeeded` or `interrupted`
 * @throws AppError with the job's own code when it failed or was cancelled
 */
export async function followAlone(cli: Cli, jobId: string): Promise<Job> {
  const job = (await watchOnce(cli, jobId, new Set())) ?? (await agentBack(cli, jobId));
  return job.state === 'interrupted' ? job : succeeded(job);
}

/** @returns the job's end, or null when the agent went away meanwhile */
async function watchOnce(cli: Cli, id: string, seen: Set<string>): Promise<Job | null> {
  let last: Job | null = null;
  let shown = '';
  try {
    for await (const event of cli.client.stream('job.watch', { id }, { signal: cli.signal })) {
      if (event.type === 'log') {
        if (!seen.has(event.line.text)) cli.note(`  ${event.line.text}`);
        seen.add(event.line.text);
        continue;
      }
      last = event.job;
      const line = progressLine(last);
      // Between two steps there is nothing to tell a file; a terminal's line keeps the count.
      const idle = last.state === 'running' && last.progress.total > 0 && !last.steps.some(isRunning);
      if (line !== shown && !(idle && !cli.env.isTty)) cli.progress(line);
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

/** Waits for the agent. @returns the job as the agent found it */
async function agentBack(cli: Cli, id: string): Promise<Job> {
  const deadline = Date.now() + AGENT_RETURNS_WITHIN_MS;
  for (;;) {
    try {
      return await cli.client.call('job.get', { id });
    } catch (error) {
      const away = error instanceof AppError && error.code === 'agent_unreachable';
      if (!away || Date.now() > deadline || cli.signal.aborted) throw error;
    }
    await delay(LOOK_EVERY_MS);
  }
}

/** The job that goes on in place of an interrupted one; null when none begins and nothing is left to do. */
async function successorOf(cli: Cli, interrupted: Job): Promise<string | null> {
  const deadline = Date.now() + RECOVERY_BEGINS_WITHIN_MS;
  while (Date.now() < deadline && !cli.signal.aborted) {
    const { jobs } = await cli.client.call('job.list', { limit: 10 });
    const next = jobs.find(({ id, createdAt }) => id !== interrupted.id && createdAt > interrupted.createdAt);
    if (next !== undefined) return next.id;
    if (await nothingLeft(cli)) return null;
    await delay(LOOK_EVERY_MS);
  }
  return null;
}

/** Whether the fleet is as it is wanted. The engine may not have been read yet: then it is not known. */
async function nothingLeft(cli: Cli): Promise<boolean> {
  const { engine } = await cli.client.call('snapshot.get', {});
  if (engine.state === 'down') return false;
  return (await cli.client.call('fleet.plan', {})).steps.every(({ action }) => action === 'blocked');
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
function progressLine(job: Job): string {
  const { done, total } = job.progress;
  const state = job.state === 'queued' ? 'waiting for the job before it' : job.state;
  if (total === 0) return `${job.title}: ${state}`;
  const running = job.steps.find(isRunning);
  const rest = job.state === 'running' ? (running?.title ?? '') : state;
  return `${job.title}: ${done}/${total}${rest === '' ? '' : `  ${rest}`}`;
}

function isRunning({ state }: Job['steps'][number]): boolean {
  return state === 'running';
}

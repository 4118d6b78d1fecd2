/** Jobs: run one after another, stored as they go, watched by pages and terminals, cancelled where that is safe. */
import { randomUUID } from 'node:crypto';
import { EventEmitter, on } from 'node:events';
import type { Logger } from 'pino';
import type { Db } from '../../db/open.ts';
import { AppError, ERRORS } from '../../lib/contract/errors.ts';
import type { Job, JobEvent, JobLogLine, JobState, JobStep } from '../../lib/contract/jobs.ts';
import { type JobStore, openJobStore } from './store.ts';

export interface JobRequest {
  kind: string;
  title: string;
  actor: string;
  cancellable?: boolean;
  /** Runs when the job has ended, however it ended. */
  onEnd?: (job: Job) => void;
}

/** What the work of a job is given. */
export interface JobHandle {
  id: string;
  /** Aborts when the job is cancelled or the agent stops. */
  signal: AbortSignal;
  /** Declares the steps ahead, so that progress is known from the start. */
  setSteps(steps: { key: string; title: string }[]): void;
  /** Declares further steps, once it is known what they are. */
  addSteps(steps: { key: string; title: string }[]): void;
  /** Runs one declared step; its failure is recorded on the step and thrown on. */
  step<T>(key: string, work: () => Promise<T>): Promise<T>;
  skip(key: string, message: string): void;
  /** What a step that runs is about just now. */
  say(key: string, message: string): void;
  log(level: JobLogLine['level'], text: string): void;
}

export interface JobRunner {
  /** Queues the work behind the jobs before it and returns at once. */
  start(request: JobRequest, work: (job: JobHandle) => Promise<void>): Job;
  get(id: string): Job;
  list(options: { limit: number; state?: JobState | undefined }): Job[];
  cancel(id: string): Job;
  /** The job now, its log so far, then every change until it ends. */
  watch(id: string, signal: AbortSignal): AsyncIterable<JobEvent>;
  /** The job that runs now. */
  activeId(): string | null;
  /** Resolves with the job's end. @throws AppError not_found */
  finished(id: string): Promise<Job>;
  /** Aborts what runs and waits for it; queued jobs are left `interrupted`. */
  stop(): Promise<void>;
}

const ENDED: ReadonlySet<JobState> = new Set(['succeeded', 'failed', 'cancelled', 'interrupted']);
const SAVE_EVERY_MS = 250;

interface Live {
  job: Job;
  abort: AbortController;
  savedAt: number;
}

export function createJobRunner({ db, log, now }: { db: Db; log: Logger; now: () => number }): JobRunner {
  const store = openJobStore(db);
  const events = new EventEmitter().setMaxListeners(0);
  const live = new Map<string, Live>();
  let tail: Promise<void> = Promise.resolve();
  let active: string | null = null;
  let stopping = false;

  for (const job of store.unfinished()) store.save({ ...job, state: 'interrupted', endedAt: now() });

  function changed(entry: Live, force = false): void {
    if (force || now() - entry.savedAt >= SAVE_EVERY_MS) {
      store.save(entry.job);
      entry.savedAt = now();
    }
    events.emit(entry.job.id, { type: 'job', job: entry.job } satisfies JobEvent);
  }

  function get(id: string): Job {
    const job = live.get(id)?.job ?? store.find(id);
    if (job === null)
      throw new AppError('not_found', {
        message: `There is no job ${id}.`,
        remedy: 'List them with `conduit job list`.',
      });
    return job;
  }

  async function execute(
    entry: Live,
    request: JobRequest,
    work: (job: JobHandle) => Promise<void>,
  ): Promise<void> {
    if (stopping || entry.abort.signal.aborted) {
      end(entry, request, stopping ? 'interrupted' : 'cancelled', null);
      return;
    }
    active = entry.job.id;
    entry.job = { ...entry.job, state: 'running', startedAt: now() };
    changed(entry, true);
    try {
      await work(handleFor(entry, changed, store, events, now));
      end(entry, request, 'succeeded', null);
    } catch (error) {
      const state = stopping ? 'interrupted' : entry.abort.signal.aborted ? 'cancelled' : 'failed';
      if (state === 'failed' && !(error instanceof AppError && ERRORS[error.code].expected)) {
        log.error({ err: error, job: entry.job.id, kind: entry.job.kind }, 'job failed');
      }
      end(entry, request, state, state === 'failed' ? error : null);
    } finally {
      active = null;
    }
  }

  function end(entry: Live, request: JobRequest, state: JobState, error: unknown): void {
    const steps = entry.job.steps.map((step) =>
      (step.state === 'running' || step.state === 'pending') && state !== 'succeeded'
        ? { ...step, state: 'skipped' as const }
        : step,
    );
    entry.job = {
      ...entry.job,
      state,
      steps,
      endedAt: now(),
      error: error === null ? null : describe(error),
    };
    live.delete(entry.job.id);
    changed(entry, true);
    store.prune();
    request.onEnd?.(entry.job);
  }

  return {
    start(request, work) {
      const job: Job = {
        id: randomUUID(),
        kind: request.kind,
        title: request.title,
        actor: request.actor,
        state: 'queued',
        createdAt: now(),
        startedAt: null,
        endedAt: null,
        progress: { done: 0, total: 0 },
        steps: [],
        cancellable: request.cancellable ?? true,
        error: null,
      };
      const entry: Live = { job, abort: new AbortController(), savedAt: 0 };
      live.set(job.id, entry);
      changed(entry, true);
      tail = tail.then(() => execute(entry, request, work));
      return job;
    },
    get,
    list: (options) => store.list(options).map((job) => live.get(job.id)?.job ?? job),
    cancel(id) {
      const job = get(id);
      const entry = live.get(id);
      if (entry === undefined)
        throw new AppError('conflict', { message: `Job ${id} has already ended (${job.state}).` });
      if (!job.cancellable)
        throw new AppError('conflict', {
          message: 'This job cannot be cancelled: stopping half-way would leave the server in a worse state.',
        });
      entry.abort.abort(new AppError('cancelled', { message: 'Cancelled by the operator.' }));
      return entry.job;
    },
    async *watch(id, signal) {
      const job = get(id);
      const changes = on(events, id, { signal });
      yield { type: 'job', job };
      for (const line of store.log(id)) yield { type: 'log', line };
      if (ENDED.has(get(id).state)) {
        if (get(id).state !== job.state) yield { type: 'job', job: get(id) };
        return;
      }
      try {
        for await (const [event] of changes as AsyncIterable<[JobEvent]>) {
          yield event;
          if (event.type === 'job' && ENDED.has(event.job.state)) return;
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    activeId: () => active,
    async finished(id) {
      for (;;) {
        const job = get(id);
        if (ENDED.has(job.state)) return job;
        await new Promise((resolve) => events.once(id, resolve));
      }
    },
    async stop() {
      stopping = true;
      for (const entry of live.values())
        entry.abort.abort(new AppError('cancelled', { message: 'The agent is stopping.' }));
      await tail;
    },
  };
}

function handleFor(
  entry: Live,
  changed: (entry: Live) => void,
  store: JobStore,
  events: EventEmitter,
  now: () => number,
): JobHandle {
  const patch = (key: string, change: Partial<JobStep>) => {
    const steps = entry.job.steps.map((step) => (step.key === key ? { ...step, ...change } : step));
    const done = steps.filter((step) => step.state === 'done' || step.state === 'skipped').length;
    entry.job = { ...entry.job, steps, progress: { done, total: steps.length } };
    changed(entry);
  };
  return {
    id: entry.job.id,
    signal: entry.abort.signal,
    setSteps(steps) {
      const fresh = steps.map(pending);
      entry.job = { ...entry.job, steps: fresh, progress: { done: 0, total: fresh.length } };
      changed(entry);
    },
    addSteps(steps) {
      const all = [...entry.job.steps, ...steps.map(pending)];
      entry.job = { ...entry.job, steps: all, progress: { ...entry.job.progress, total: all.length } };
      changed(entry);
    },
    async step(key, work) {
      entry.abort.signal.throwIfAborted();
      patch(key, { state: 'running' });
      try {
        const result = await work();
        patch(key, { state: 'done' });
        return result;
      } catch (error) {
        patch(key, { state: 'failed', message: describe(error).message });
        throw error;
      }
    },
    skip: (key, message) => patch(key, { state: 'skipped', message }),
    say: (key, message) => patch(key, { message }),
    log(level, text) {
      const line: JobLogLine = { at: now(), level, text };
      store.appendLog(entry.job.id, line);
      events.emit(entry.job.id, { type: 'log', line } satisfies JobEvent);
    },
  };
}

function pending({ key, title }: { key: string; title: string }): JobStep {
  return { key, title, state: 'pending', message: null };
}

function describe(error: unknown): NonNullable<Job['error']> {
  if (error instanceof AppError)
    return { code: error.code, message: error.message, remedy: error.remedy ?? null };
  return {
    code: 'internal',
    message: error instanceof Error ? error.message : String(error),
    remedy: 'See `conduit logs --agent`.',
  };
}

import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../lib/contract/errors.ts';
import type { JobEvent } from '../../lib/contract/jobs.ts';
import { openTestDatabase } from '../../test/harness/database.ts';
import { createJobRunner } from './runner.ts';

function setUp() {
  const db = openTestDatabase();
  const log = pino({ level: 'silent' });
  return { db, log, jobs: createJobRunner({ db, log, now: Date.now }) };
}

const request = { kind: 'test', title: 'A test', actor: 'sara' };

describe('jobs', () => {
  it('run one after another and report their steps', async () => {
    const { jobs } = setUp();
    const order: string[] = [];
    const first = jobs.start(request, async (job) => {
      job.setSteps([
        { key: 'a', title: 'A' },
        { key: 'b', title: 'B' },
      ]);
      await job.step('a', async () => void order.push('first-a'));
      job.skip('b', 'not needed');
    });
    const second = jobs.start(request, async () => void order.push('second'));
    expect(jobs.get(second.id).state).toBe('queued');
    expect((await jobs.finished(second.id)).state).toBe('succeeded');
    expect(order).toEqual(['first-a', 'second']);
    expect(jobs.get(first.id)).toMatchObject({ state: 'succeeded', progress: { done: 2, total: 2 } });
  });

  it('keep code, message and remedy of a failure, and the next job still runs', async () => {
    const { jobs } = setUp();
    const failing = jobs.start(request, async (job) => {
      job.setSteps([
        { key: 'pull', title: 'Pull' },
        { key: 'rest', title: 'Rest' },
      ]);
      await job.step('pull', async () => {
        throw new AppError('image_unavailable', { message: 'No such image.', remedy: 'Try --simulator.' });
      });
    });
    const next = jobs.start(request, async () => undefined);
    expect(await jobs.finished(failing.id)).toMatchObject({
      state: 'failed',
      error: { code: 'image_unavailable', remedy: 'Try --simulator.' },
      steps: [{ state: 'failed', message: 'No such image.' }, { state: 'skipped' }],
    });
    expect((await jobs.finished(next.id)).state).toBe('succeeded');
  });

  it('stop at the next step when cancelled, and never start when cancelled in the queue', async () => {
    const { jobs } = setUp();
    let reached = false;
    const running = jobs.start(request, async (job) => {
      job.setSteps([
        { key: 'wait', title: 'Wait' },
        { key: 'after', title: 'After' },
      ]);
      await job.step('wait', () => new Promise((resolve) => job.signal.addEventListener('abort', resolve)));
      await job.step('after', async () => {
        reached = true;
      });
    });
    const queued = jobs.start(request, async () => {
      reached = true;
    });
    jobs.cancel(queued.id);
    while (jobs.get(running.id).state !== 'running') await new Promise(setImmediate);
    jobs.cancel(running.id);
    expect((await jobs.finished(running.id)).state).toBe('cancelled');
    expect((await jobs.finished(queued.id)).state).toBe('cancelled');
    expect(reached).toBe(false);
  });

  it('stream what happened and end with the job', async () => {
    const { jobs } = setUp();
    const job = jobs.start(request, async (handle) => {
      handle.log('info', 'one');
      handle.log('warning', 'two');
    });
    const seen: JobEvent[] = [];
    for await (const event of jobs.watch(job.id, new AbortController().signal)) seen.push(event);
    expect(seen.flatMap((event) => (event.type === 'log' ? [event.line.text] : []))).toEqual(['one', 'two']);
    expect(seen.at(-1)).toMatchObject({ type: 'job', job: { state: 'succeeded' } });
    const again: JobEvent[] = [];
    for await (const event of jobs.watch(job.id, new AbortController().signal)) again.push(event);
    expect(again).toHaveLength(3);
  });

  it('left over by a crash are interrupted when the agent starts again', async () => {
    const { db, log, jobs } = setUp();
    const stuck = jobs.start(request, () => new Promise(() => undefined));
    while (jobs.get(stuck.id).state !== 'running') await new Promise(setImmediate);
    const after = createJobRunner({ db, log, now: Date.now });
    expect(after.get(stuck.id)).toMatchObject({ state: 'interrupted' });
    expect(after.activeId()).toBeNull();
  });
});

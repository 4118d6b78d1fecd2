import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../../test/harness/wait-for.ts';
import { createTrackerThread } from './thread.ts';

/** A real thread; `traces` is what it would have left in the kernel. */
function threadOf(code: string) {
  const seen = { traces: 0, ended: 0, mayBeginWhileClearing: true };
  const thread = createTrackerThread({
    start: () => {
      seen.traces++;
      return new Worker(`const { parentPort: port } = require('node:worker_threads'); ${code}`, {
        eval: true,
      });
    },
    removeTraces: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen.mayBeginWhileClearing = thread.mayBegin();
      seen.traces = 0;
    },
    onMessage: () => undefined,
    onEnd: () => {
      seen.ended++;
    },
    closeWithinMs: 200,
    log: pino({ level: 'silent' }),
  });
  return { thread, seen };
}

describe('createTrackerThread', () => {
  it('leaves nothing of a thread that does not answer any more', async () => {
    const { thread, seen } = threadOf(`port.on('message', () => { for (;;); });`);
    thread.begin();
    await thread.close();
    expect(seen).toMatchObject({ traces: 0, ended: 1 });
    expect(thread.isThere()).toBe(false);
  });

  it('leaves nothing of one that died, and begins no other before that', async () => {
    const { thread, seen } = threadOf(`throw new Error('203.0.113.77');`);
    thread.begin();
    await waitFor('its end', () => seen.ended === 1);
    expect(seen).toMatchObject({ traces: 0, mayBeginWhileClearing: false });
    expect(thread.mayBegin()).toBe(true);
  });

  it('does not wait for one that has ended by itself meanwhile', async () => {
    const { thread, seen } = threadOf(`port.on('message', () => process.exit());`);
    thread.begin();
    await thread.close();
    await thread.close();
    expect(seen).toMatchObject({ traces: 0, ended: 1 });
  });
});

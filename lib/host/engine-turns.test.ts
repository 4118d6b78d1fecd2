import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createEngineTurns, mayDeadlock } from './engine-turns.ts';

const never = () => new Promise<void>(() => undefined);

describe('engines that may deadlock', () => {
  it.each([
    ['19.03.15', true],
    ['20.10.24+dfsg1', true],
    ['20.10.5+dfsg1', true],
    ['20.10.27', false],
    ['22.06.0-beta.0', true],
    ['23.0.1', false],
    ['26.1.5+dfsg1', false],
    ['28.3.0', false],
    ['dev', true],
  ])('%s: %s', (version, expected) => {
    expect(mayDeadlock(version)).toBe(expected);
  });

  it.each([
    ['20.10.24', 1],
    ['26.1.5', 5],
  ])('version %s is given %i changes at a time', async (version, width) => {
    const turns = createEngineTurns(async () => version);
    let running = 0;
    let most = 0;
    const work = async () => {
      running += 1;
      most = Math.max(most, running);
      await setImmediate();
      running -= 1;
    };
    await Promise.all([1, 2, 3, 4, 5].map(() => turns.take('start', work)));
    expect(most).toBe(width);
  });

  it('goes on after a change that failed', async () => {
    const turns = createEngineTurns(async () => '20.10.24');
    const failed = turns.take('start', () => Promise.reject(new Error('no')));
    const after = turns.take('start', async () => 'started');
    await expect(failed).rejects.toThrow('no');
    expect(await after).toBe('started');
  });

  it('says that the engine hangs, to those that wait as well, and tries again for the next', async () => {
    const turns = createEngineTurns(async () => '20.10.24+dfsg1', 20);
    const first = turns.take('stopping conduit-1', never);
    const second = turns.take('stopping conduit-2', async () => 'too late');
    const hung = {
      code: 'engine_unavailable',
      message: expect.stringContaining('(stopping conduit-1). Version 20.10.24+dfsg1 is known to hang'),
      remedy: expect.stringContaining('systemctl restart docker'),
    };
    await expect(first).rejects.toMatchObject(hung);
    await expect(second).rejects.toMatchObject(hung);
    expect(await turns.take('starting conduit-1', async () => 'started')).toBe('started');
  });
});

import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../../test/harness/wait-for.ts';
import { createTicker } from './ticker.ts';

const log = pino({ level: 'silent' });

describe('createTicker', () => {
  it('never works twice at once, and joins who asks meanwhile', async () => {
    let working = 0;
    let most = 0;
    let times = 0;
    const releases: (() => void)[] = [];
    const ticker = createTicker({
      tick: async () => {
        most = Math.max(most, ++working);
        times++;
        await new Promise<void>((resolve) => releases.push(resolve));
        working--;
      },
      everyMs: () => 1,
      freshMs: 0,
      log,
    });
    ticker.start();
    const asked = [ticker.freshen(), ticker.freshen()];
    releases.shift()?.();
    await Promise.all(asked);
    expect(times).toBe(1);
    await waitFor('the next tick', () => times === 2);
    const stopped = ticker.stop();
    releases.shift()?.();
    await stopped;
    expect(most).toBe(1);
  });

  it('goes on after a failure and says so once', async () => {
    const levels: string[] = [];
    const noting = pino(
      { level: 'info' },
      { write: (line: string) => void levels.push(JSON.parse(line).msg) },
    );
    let times = 0;
    const ticker = createTicker({
      tick: async () => {
        if (++times <= 3) throw new Error('no');
      },
      everyMs: () => 1,
      freshMs: 0,
      log: noting,
    });
    ticker.start();
    await waitFor('it to work again', () => levels.length === 2);
    await ticker.stop();
    expect(levels).toEqual(['a sample failed', 'sampling works again']);
  });

  it('does not work again for somebody who asks while the last sample is fresh', async () => {
    let times = 0;
    const ticker = createTicker({
      tick: async () => void times++,
      everyMs: () => 60_000,
      freshMs: 60_000,
      log,
    });
    await ticker.freshen();
    await ticker.freshen();
    expect(times).toBe(1);
  });
});

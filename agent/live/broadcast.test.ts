import { describe, expect, it } from 'vitest';
import { createBroadcast } from './broadcast.ts';

describe('createBroadcast', () => {
  it('gives the newest at once, and a slow reader only the latest of what it missed', async () => {
    const broadcast = createBroadcast<number>();
    const abort = new AbortController();
    broadcast.publish(1);
    const reader = broadcast.watch(abort.signal)[Symbol.asyncIterator]();
    expect(await reader.next()).toEqual({ done: false, value: 1 });
    broadcast.publish(2);
    broadcast.publish(3);
    expect(await reader.next()).toEqual({ done: false, value: 3 });
    const next = reader.next();
    broadcast.publish(4);
    expect(await next).toEqual({ done: false, value: 4 });
  });

  it('ends with its signal and counts who watches', async () => {
    let begun = 0;
    const broadcast = createBroadcast<number>(() => begun++);
    const abort = new AbortController();
    const reader = broadcast.watch(abort.signal)[Symbol.asyncIterator]();
    const next = reader.next();
    expect([begun, broadcast.watchers()]).toEqual([1, 1]);
    abort.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(broadcast.watchers()).toBe(0);
  });

  it('lets everybody go when it closes', async () => {
    const broadcast = createBroadcast<number>();
    const readers = [0, 1].map(() => broadcast.watch(new AbortController().signal)[Symbol.asyncIterator]());
    const ends = readers.map((reader) => reader.next());
    broadcast.close();
    expect((await Promise.all(ends)).map(({ done }) => done)).toEqual([true, true]);
  });
});

import { describe, expect, it } from 'vitest';
import { type CounterReading, countMoved, type StationCounter } from './counters.ts';

const last: StationCounter = {
  station: 1,
  epoch: 'a:1000',
  processStartSeconds: 1000.25,
  uploadedBytes: 1000,
  downloadedBytes: 2000,
  regions: null,
};
const reading = (change: Partial<CounterReading>): CounterReading => ({
  epoch: 'a:1000',
  startedAtMs: 1_000_000,
  processStartSeconds: 1000.25,
  uploadedBytes: 1500,
  downloadedBytes: 2600,
  regions: null,
  ...change,
});
const moved = (from: StationCounter | null, change: Partial<CounterReading>, since = 0) => {
  const { uploadedBytes, downloadedBytes } = countMoved(1, from, reading(change), since);
  return [uploadedBytes, downloadedBytes];
};

describe('countMoved', () => {
  it('counts the difference within one process', () => {
    expect(moved(last, {})).toEqual([500, 600]);
  });

  it('counts everything of a process that is new, even when it has already moved more than the old one', () => {
    expect(moved(last, { epoch: 'a:2000', processStartSeconds: 2000 })).toEqual([1500, 2600]);
    expect(moved(last, { epoch: 'b:2000', processStartSeconds: null })).toEqual([1500, 2600]);
  });

  it('does not count a new process twice when its report arrives before the engine says so', () => {
    const early = countMoved(
      1,
      last,
      reading({ processStartSeconds: 2000, uploadedBytes: 10, downloadedBytes: 20 }),
      0,
    );
    expect([early.uploadedBytes, early.downloadedBytes]).toEqual([10, 20]);
    const then = { epoch: 'a:2000', processStartSeconds: 2000.1, uploadedBytes: 15, downloadedBytes: 20 };
    expect(moved(early.counter, then)).toEqual([5, 0]);
  });

  it('goes on counting when a clock that is set moves the start of the process', () => {
    expect(moved(last, { processStartSeconds: 99_000 })).toEqual([500, 600]);
  });

  it('never counts negative traffic: figures that were rounded wait until they are passed', () => {
    const first = countMoved(1, last, reading({ uploadedBytes: 990, downloadedBytes: 2000 }), 0);
    expect([first.uploadedBytes, first.downloadedBytes]).toEqual([0, 0]);
    expect(moved(first.counter, { uploadedBytes: 1010, downloadedBytes: 2001 })).toEqual([10, 1]);
  });

  it('counts a child process that began at zero in a container that went on', () => {
    const fresh = { processStartSeconds: null, uploadedBytes: 7, downloadedBytes: 8 };
    expect(moved({ ...last, processStartSeconds: null }, fresh)).toEqual([7, 8]);
  });

  it('takes a station that was running before it was watched as a baseline', () => {
    expect(moved(null, {}, 2_000_000)).toEqual([0, 0]);
    expect(moved(null, {}, 1_000_000)).toEqual([1500, 2600]);
  });

  it('counts each country within one process, and everything of a process that is new', () => {
    const region = (key: number, uploadedBytes: number) => ({ key, uploadedBytes, downloadedBytes: 0 });
    const known = { ...last, regions: [region(2, 100), region(4, 50)] };
    const now = [region(2, 130), region(4, 50), region(6, 7)];
    const regionsMoved = (from: StationCounter | null, change: Partial<CounterReading>) =>
      countMoved(1, from, reading({ regions: now, ...change }), 0).regions.map((one) => [
        one.key,
        one.uploadedBytes,
      ]);
    expect(regionsMoved(known, {})).toEqual([
      [2, 30],
      [6, 7],
    ]);
    const fresh = { epoch: 'b:2000', processStartSeconds: 2000 };
    expect(regionsMoved(known, fresh)).toEqual([
      [2, 130],
      [4, 50],
      [6, 7],
    ]);
  });
});

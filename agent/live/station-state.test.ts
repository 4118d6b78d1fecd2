import { describe, expect, it } from 'vitest';
import type { StationRuntime } from '../fleet/service.ts';
import { reading, runtime } from './fixtures.ts';
import { healthOf, judgeStation } from './station-state.ts';
import { createTrack, followRuntime, isCrashLooping, type Reading, takeReading } from './station-track.ts';

const START = 1_000_000;

/** The verdict on a station `afterMs` after its start, having given these answers. */
function judge(change: Partial<StationRuntime>, answers: (Reading | null)[] = [], afterMs = 5000) {
  const track = createTrack(runtime(change));
  followRuntime(track, runtime(change), START + afterMs);
  for (const [i, answer] of answers.entries()) takeReading(track, answer, i * 2000, START + i * 2000);
  return judgeStation(track, START + afterMs);
}

describe('judgeStation', () => {
  it('believes a station that reports itself live, and those that cannot say', () => {
    expect(judge({}, [reading()])).toEqual({ state: 'running', reason: null });
    expect(judge({}, [reading({ live: null })]).state).toBe('running');
  });

  it('calls a station that has not answered yet starting, but not for ever', () => {
    expect(judge({})).toEqual({ state: 'starting', reason: null });
    expect(judge({}, [null, null, null, null])).toMatchObject({ state: 'starting' });
    expect(judge({}, [null], 200_000)).toEqual({
      state: 'unresponsive',
      reason: 'It has not answered in the 3 min 20 s since it started.',
    });
    expect(judge({ metricsEndpoint: null }, [], 200_000).state).toBe('starting');
  });

  it('waits for a station to reach the network', () => {
    expect(judge({}, [reading({ live: false })], 90_000)).toEqual({
      state: 'starting',
      reason: 'It has not reached the Psiphon network yet after 1 min 30 s.',
    });
  });

  it('calls it unresponsive after three failures in a row, and not before', () => {
    expect(judge({}, [reading(), null, null]).state).toBe('running');
    expect(judge({}, [reading(), null, null, null]).state).toBe('unresponsive');
    expect(judge({}, [reading(), null, null, null, reading()]).state).toBe('running');
  });

  it('says why a station does not run', () => {
    const ended = { containerId: 'b', exitCode: 1 } as const;
    expect(judge({ ...ended, engineState: 'restarting' })).toEqual({
      state: 'restarting',
      reason: 'Exited with code 1, just now; Docker restarts it.',
    });
    expect(judge({ ...ended, engineState: 'exited', exitCode: 137 }).reason).toContain('out of memory');
    expect(judge({ engineState: 'missing', containerId: null }).state).toBe('missing');
    expect(judge({ engineState: 'created' }).state).toBe('exited');
    expect(judge({ engineState: 'exited', stoppedByOperator: true }).state).toBe('stopped');
    expect(judge({ engineState: 'exited', blockedReason: 'Key alarm: gone.' })).toEqual({
      state: 'blocked',
      reason: 'Key alarm: gone.',
    });
    expect(judge({ wanted: false }, [reading()]).state).toBe('extra');
  });
});

describe('followRuntime', () => {
  it('remembers how and when a station ended, and tells it after the restart', () => {
    const track = createTrack(runtime());
    const end = runtime({ engineState: 'restarting', exitCode: 3, restarts: 1 });
    followRuntime(track, end, START);
    followRuntime(track, end, START + 12_000);
    expect(judgeStation(track, START + 12_000).reason).toBe(
      'Exited with code 3, 12 s ago; Docker restarts it.',
    );
    const again = runtime({ restarts: 1, startedAtMs: START + 13_000 });
    followRuntime(track, again, START + 13_000);
    takeReading(track, reading(), 0, START);
    expect(judgeStation(track, START + 33_000).reason).toBe(
      'Docker restarted it 20 s ago, after it exited with code 3.',
    );
    expect(judgeStation(track, START + 90_000).reason).toBeNull();
  });

  it('forgets the answers of a process that is gone', () => {
    const track = createTrack(runtime());
    followRuntime(track, runtime(), START);
    takeReading(track, reading(), 0, START);
    followRuntime(track, runtime({ startedAtMs: START + 1 }), START + 2);
    expect(track.reading).toBeNull();
  });

  it('sees three restarts within five minutes as a loop, and forgets them later', () => {
    const track = createTrack(runtime());
    for (const restarts of [1, 2, 3]) followRuntime(track, runtime({ restarts }), START + restarts * 10_000);
    expect(isCrashLooping(track)).toBe(true);
    followRuntime(track, runtime({ restarts: 3 }), START + 10 * 60_000);
    expect(isCrashLooping(track)).toBe(false);
  });
});

describe('a station that flaps', () => {
  /** Falls silent, answers again, and is asked every two seconds until it may have clients. @returns seconds until then */
  function returnAfterLapse(track: ReturnType<typeof createTrack>, clock: { nowMs: number }): number {
    takeReading(track, null, clock.nowMs, clock.nowMs);
    takeReading(track, null, clock.nowMs, clock.nowMs);
    expect(healthOf(track).complaint).toBe('It does not answer.');
    const begun = clock.nowMs;
    do {
      clock.nowMs += 2000;
      takeReading(track, reading(), clock.nowMs, clock.nowMs);
    } while (healthOf(track).health === 'ill');
    return (clock.nowMs - begun) / 1000;
  }

  it('is back at once the first time, and waits longer each time it fails again', () => {
    const track = createTrack(runtime());
    const clock = { nowMs: START };
    followRuntime(track, runtime(), clock.nowMs);
    takeReading(track, reading(), clock.nowMs, clock.nowMs);
    const waits = Array.from({ length: 7 }, () => returnAfterLapse(track, clock));
    expect(waits).toEqual([4, 18, 32, 62, 122, 242, 302]);
  });

  it('says what is waited for, and is forgiven in time', () => {
    const track = createTrack(runtime());
    const clock = { nowMs: START };
    followRuntime(track, runtime(), clock.nowMs);
    takeReading(track, reading(), clock.nowMs, clock.nowMs);
    returnAfterLapse(track, clock);
    for (const answer of [null, null, reading(), reading()])
      takeReading(track, answer, clock.nowMs, clock.nowMs);
    expect(healthOf(track)).toEqual({
      health: 'ill',
      complaint: 'It failed 2 times lately, and gets clients again when it has answered for 15 s.',
    });
    clock.nowMs += 3_600_000;
    followRuntime(track, runtime(), clock.nowMs);
    takeReading(track, reading(), clock.nowMs, clock.nowMs);
    expect(returnAfterLapse(track, clock)).toBe(4);
  });

  it('is also one that the engine restarts again and again', () => {
    const track = createTrack(runtime());
    for (const restarts of [0, 1, 2]) {
      const started = runtime({ restarts, startedAtMs: START + restarts * 20_000 });
      followRuntime(track, started, START + restarts * 20_000);
      takeReading(track, reading(), 0, START + restarts * 20_000);
    }
    expect(healthOf(track).health).toBe('ill');
  });
});

import { describe, expect, it } from 'vitest';
import { type CanaryLook, type CanaryWatch, chooseCanary, isWell, judgeCanary, lastWords } from './canary.ts';

const applicant = { station: 1, running: true, connected: 0, obstacle: null };

describe('the station that tries an image first', () => {
  it('is the least loaded of those that run', () => {
    const fleet = [
      { ...applicant, connected: 40 },
      { ...applicant, station: 2, connected: 3 },
      { ...applicant, station: 3, connected: 0, running: false },
      { ...applicant, station: 4, connected: 1, obstacle: 'its key is missing' },
      { ...applicant, station: 5, connected: 3 },
    ];
    expect(chooseCanary(fleet)).toBe(2);
  });

  it('is one that does not run where none does, and none where all are held back', () => {
    expect(chooseCanary([{ ...applicant, station: 7, running: false }])).toBe(7);
    expect(chooseCanary([{ ...applicant, obstacle: 'stopped by the operator' }])).toBeNull();
    expect(chooseCanary([])).toBeNull();
  });
});

const look: CanaryLook = {
  engineState: 'running',
  exitCode: null,
  restarts: 0,
  proxyId: 'same',
  report: { live: true, announcing: 5, connected: 0 },
};
const watch: CanaryWatch = {
  proxyId: 'same',
  sinceStartMs: 1000,
  wellForMs: null,
  liveWithinMs: 60_000,
  steadyMs: 10_000,
};
const saying = (report: CanaryLook['report']): CanaryLook => ({ ...look, report });

describe('a station on another image', () => {
  it.each<[string, CanaryLook['report'], boolean]>([
    ['announces', { live: true, announcing: 1, connected: 0 }, true],
    ['is full, and so announces nothing', { live: true, announcing: 0, connected: 200 }, true],
    [
      'is of a version that does not say whether it announces',
      { live: true, announcing: null, connected: 0 },
      true,
    ],
    ['is of a version that says users only', { live: null, announcing: null, connected: 0 }, true],
    ['is live and announces nothing', { live: true, announcing: 0, connected: 0 }, false],
    ['has not reached the network', { live: false, announcing: 0, connected: 0 }, false],
    ['says nothing', null, false],
  ])('that %s', (_what, report, expected) => {
    expect(isWell(saying(report))).toBe(expected);
  });

  it('passes once it was well for long enough, however late that is', () => {
    expect(judgeCanary(look, { ...watch, wellForMs: 9999, sinceStartMs: 70_000 })).toMatchObject({
      state: 'waiting',
    });
    expect(judgeCanary(look, { ...watch, wellForMs: 10_000 })).toEqual({ state: 'passed' });
  });

  it.each<[string, Partial<CanaryLook>, RegExp]>([
    ['ended', { engineState: 'restarting', exitCode: 2 }, /ended by itself \(exit code 2\)/],
    ['runs again after it ended', { restarts: 1 }, /ended by itself/],
    ['is gone', { engineState: null }, /gone/],
    ['has another key', { proxyId: 'other' }, /Proxy ID same became other/],
    ['lost its key', { proxyId: null }, /gone or damaged/],
  ])('fails at once when it %s, well or not', (_what, change, why) => {
    const verdict = judgeCanary({ ...look, ...change }, { ...watch, wellForMs: 60_000 });
    expect(verdict).toMatchObject({ state: 'failed', why: expect.stringMatching(why) });
  });

  it('may make its first key', () => {
    const young = { ...watch, proxyId: null, wellForMs: 10_000 };
    expect(judgeCanary({ ...look, proxyId: null }, young)).toEqual({ state: 'passed' });
    expect(judgeCanary({ ...look, proxyId: 'new' }, young)).toEqual({ state: 'passed' });
  });

  it('fails when its time is over, and says what it lacks', () => {
    const late = { ...watch, sinceStartMs: 60_000 };
    expect(judgeCanary(saying(null), late)).toEqual({
      state: 'failed',
      why: 'it has said nothing of itself 1 min after its start',
    });
    expect(judgeCanary(saying({ live: true, announcing: 0, connected: 0 }), late)).toMatchObject({
      why: 'it is live but announces nothing 1 min after its start',
    });
    expect(judgeCanary(saying({ live: false, announcing: 0, connected: 0 }), watch)).toEqual({
      state: 'waiting',
      why: 'It has not reached the Psiphon network yet.',
    });
  });
});

describe('its last words', () => {
  it('are the line that says most', () => {
    expect(
      lastWords([
        '2026-11-26 03:00:00 [OK] Starting',
        '2026-11-26 03:00:01 [STATS] Connected: 0 | Up: 0 B',
        '',
      ]),
    ).toBe('[OK] Starting');
    expect(lastWords(['Error: unknown flag: --max-clients', 'Usage:', '  conduit start [flags]'])).toBe(
      'Error: unknown flag: --max-clients',
    );
    expect(lastWords(['2026-11-26 03:00:01 [STATS] Connected: 0 | Up: 0 B'])).toBeNull();
    expect(lastWords([])).toBeNull();
  });
});

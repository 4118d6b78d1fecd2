import { describe, expect, it } from 'vitest';
import {
  backupOwner,
  driftSentence,
  formatPerSecond,
  oldWorkersSentence,
  portTotals,
  sessionSpread,
  shareSentence,
  spreadSentence,
} from './balancer.ts';

const station = (rotation: 'in' | 'out' | 'draining', tcp: number, udp = 0, second = 0) => ({
  rotation,
  primary: { tcp, udp },
  secondary: { tcp: second, udp: 0 },
});

describe('the spread', () => {
  it('is of the stations that get new sessions, over both ports and protocols', () => {
    const spread = sessionSpread([station('in', 90), station('in', 80, 20, 10), station('draining', 999)]);
    expect(spread).toEqual({ stations: 2, min: 90, mean: 100, max: 110, off: 0.1 });
    expect(spreadSentence(spread)).toBe(
      '90 at least, 100 on average, 110 at most; the furthest is 10.0 % from the average',
    );
  });

  it('says nothing of evenness while there are a few sessions, and knows none', () => {
    expect(spreadSentence(sessionSpread([station('in', 1), station('in', 0)]))).toBe(
      '0 at least, 1 on average, 1 at most',
    );
    expect(sessionSpread([station('in', 0)])?.off).toBe(0);
    expect(spreadSentence(sessionSpread([station('out', 7)]))).toBe('No station gets new sessions.');
  });
});

it('adds the ports up', () => {
  const flow = {
    opened: 4,
    openedPerSecond: 0.5,
    bytesIn: 1,
    bytesOut: 2,
    bytesInPerSecond: 3,
    bytesOutPerSecond: 4,
  };
  const ports = [
    { ...flow, port: 443, protocol: 'tcp' as const },
    { ...flow, port: 443, protocol: 'udp' as const },
  ];
  expect(portTotals(ports)).toEqual({
    openedPerSecond: 1,
    bytesIn: 2,
    bytesOut: 4,
    bytesInPerSecond: 6,
    bytesOutPerSecond: 8,
  });
});

it.each([
  [0, '0 /s'],
  [0.42, '0.4 /s'],
  [512.4, '512 /s'],
])('%d sessions a second → %s', (value, text) => expect(formatPerSecond(value)).toBe(text));

it.each([
  [null, /reported no traffic/],
  [0.03, /^3 % of what the stations moved came through the balancer\.$/],
  [0.0001, /^< 1 %/],
  [1.02, /^102 % .*whole packets/],
])('a share of %s', (share, text) => expect(shareSentence({ share, since: 1 })).toMatch(text));

it('counts old workers and their sessions, each in its number', () => {
  expect(oldWorkersSentence({ workers: 0, sessions: 0 })).toBeNull();
  expect(oldWorkersSentence({ workers: 1, sessions: 1 })).toBe(
    '1 old nginx worker finishes 1 session from before the last change.',
  );
  expect(oldWorkersSentence({ workers: 2, sessions: 1200 })).toContain(
    '2 old nginx workers finish 1,200 sessions',
  );
});

describe('drift', () => {
  const config = { path: '/etc/nginx/nginx.conf', live: 'x', wanted: 'y', diff: null };
  const say = (
    state: 'running' | 'held' | 'off',
    drift: 'none' | 'differs' | 'foreign' | 'absent',
    live = true,
  ) => driftSentence({ config: { ...config, drift, live: live ? 'x' : null }, state: { state } });

  it('is told while the balancer runs', () => {
    expect(say('running', 'none')).toContain('ours, and unchanged');
    expect(say('running', 'differs')).toContain('changed by hand');
    expect(say('running', 'foreign')).toContain('somebody replaced it');
    expect(say('running', 'absent')).toContain('was removed');
  });

  it('is the wish of the operator while it is held', () => {
    expect(say('held', 'foreign')).toContain('changes of the fleet are not followed until you apply');
  });

  it('is no fault before there is a fleet', () => {
    expect(say('off', 'foreign')).toContain('kept among the backups');
    expect(say('off', 'absent', false)).toContain('when the first stations run');
  });
});

it('knows whose a backup is', () => {
  expect(
    [
      { id: 'original-0a1b', ours: false },
      { id: '20260101T000000000Z-ours', ours: true },
      { id: '20260101T000000000Z-foreign', ours: false },
    ].map(backupOwner),
  ).toEqual(['Yours, from before us', 'Ours', 'Not ours']);
});

import { describe, expect, it } from 'vitest';
import { type Snapshot, snapshotSchema } from '../../lib/contract/snapshot.ts';
import { numberRanges } from '../../lib/format/count.ts';
import type { StationRuntime } from '../fleet/service.ts';
import { reading, runtime } from './fixtures.ts';
import { findProblems } from './problems.ts';
import { assembleSnapshot, judgeStations } from './snapshot.ts';
import { createTrack, followRuntime, type Reading, takeReading } from './station-track.ts';

const NOW = 1_005_000;
const host: Snapshot['host'] = {
  cores: 2,
  cpuPercent: 10,
  memoryUsedBytes: 2 ** 30,
  memoryTotalBytes: 4 * 2 ** 30,
  diskFreeBytes: 50 * 2 ** 30,
  diskTotalBytes: 100 * 2 ** 30,
};
const up = { state: 'up', message: null } as const;

function judged(stations: [Partial<StationRuntime>, (Reading | null)[]][]) {
  const tracks = stations.map(([change, answers], i) => {
    const one = runtime({ index: i + 1, ...change });
    const track = createTrack(one);
    followRuntime(track, one, NOW);
    for (const [n, answer] of answers.entries()) takeReading(track, answer, n * 1000, NOW);
    return track;
  });
  return judgeStations(tracks, NOW, new Map([[1, { state: 'in', reason: null }]]));
}
const assemble = (stations: ReturnType<typeof judged>, foldBelow = 0) =>
  assembleSnapshot(stations, {
    at: NOW,
    sampleMs: 1,
    host,
    engine: up,
    balancer: {
      state: 'off',
      engine: 'nginx',
      message: null,
      backends: 0,
      ports: [],
      oldWorkers: { workers: 0, sessions: 0 },
    },
    problems: [],
    activeJobId: null,
    wanted: stations.length,
    foldBelow,
  });

describe('assembleSnapshot', () => {
  const region = { scope: 'common', connecting: 1, uploadedBytes: 10, downloadedBytes: 20 } as const;
  const snapshot = assemble(
    judged([
      [{}, [reading(), reading({ uploadedBytes: 3000, regions: [{ ...region, code: 'IR', connected: 5 }] })]],
      [
        {},
        [
          reading({
            regions: [
              { ...region, code: 'IR', connected: 2 },
              { ...region, code: 'CN', connected: 9 },
            ],
          }),
        ],
      ],
      [{}, [reading({ regions: [{ ...region, code: 'RU', connected: 1 }] }), null, null, null]],
      [{ wanted: false }, [reading()]],
    ]),
  );

  it('is what the contract says', () => {
    expect(snapshotSchema.parse(snapshot)).toEqual(snapshot);
  });

  it('counts the people of all stations that answer, those on their way out included', () => {
    expect(snapshot.users).toEqual({ connected: 21, connecting: 6 });
    expect(snapshot.stations).toEqual({ running: 2, wanted: 4 });
    expect(snapshot.stationList.map(({ state }) => state)).toEqual([
      'running',
      'running',
      'unresponsive',
      'extra',
    ]);
  });

  it('keeps every total the sum of its parts', () => {
    for (const key of ['uploadBps', 'downloadBps', 'uploadedBytes', 'downloadedBytes'] as const)
      expect(snapshot.stationList.reduce((sum, station) => sum + station[key], 0)).toBe(
        snapshot.traffic[key],
      );
    expect(snapshot.traffic.uploadBps).toBe(2000);
  });

  it('adds countries up over the stations that answer', () => {
    expect(snapshot.countries.map(({ code, connected }) => [code, connected])).toEqual([
      ['CN', 9],
      ['IR', 7],
    ]);
  });

  it('does not name a country with fewer users than the setting wants', () => {
    const regions = ['IR', 'CN', 'RU'].map((code, i) => ({ ...region, code, connected: 4 + i }));
    const folded = assemble(judged([[{}, [reading({ regions })]]]), 6).countries;
    expect(folded.map(({ code, connected }) => [code, connected])).toEqual([
      ['RU', 6],
      ['other', 9],
    ]);
  });
});

describe('findProblems', () => {
  const problems = (change: Partial<Parameters<typeof findProblems>[0]>) =>
    findProblems({ engine: up, host, stations: [], wanted: 3, ...change });
  const codes = (change: Partial<Parameters<typeof findProblems>[0]>) =>
    problems(change).map(({ code }) => code);

  it('has nothing to say of a healthy server', () => {
    expect(codes({ stations: judged([[{}, [reading()]]]) })).toEqual([]);
  });

  it('makes one problem of all stations that fail', () => {
    const silent: [Partial<StationRuntime>, (Reading | null)[]] = [{}, [reading(), null, null, null]];
    const [problem, ...others] = problems({
      stations: judged([silent, silent, silent, [{ engineState: 'exited' }, []], [{}, [reading()]]]),
      wanted: 5,
    });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'stations-failing', severity: 'warning', station: null });
    expect(problem?.detail).toBe('Stations 1–3 do not answer. Station 4 has ended.');
  });

  it('says what Docker being down means, and does not blame the stations for it', () => {
    const down = { state: 'down', message: 'No engine.' } as const;
    expect(codes({ engine: down, stations: judged([[{}, [reading(), null, null, null]]]) })).toEqual([
      'docker-down',
    ]);
  });

  it('warns of a full disk and of used-up memory', () => {
    expect(codes({ host: { ...host, diskFreeBytes: 2 ** 29 } })).toEqual(['disk-low']);
    expect(codes({ host: { ...host, diskFreeBytes: 4 * 2 ** 30 } })).toEqual(['disk-low']);
    expect(codes({ host: { ...host, memoryUsedBytes: 4 * 2 ** 30 - 1 } })).toEqual(['memory-low']);
    expect(codes({ wanted: 0 })).toEqual(['fleet-empty']);
  });

  it('names stations briefly', () => {
    expect(numberRanges([1, 3, 4, 5, 9])).toBe('1, 3–5 and 9');
    expect(numberRanges([2])).toBe('2');
  });
});

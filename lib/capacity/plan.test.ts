import { describe, expect, it } from 'vitest';
import { exampleSnapshot } from '../../test/fixtures/snapshot.ts';
import { capacityWarning } from '../format/capacity.ts';
import { measureClients, planCapacity } from './plan.ts';

const GIB = 2 ** 30;
const plan = (memory: number, cores: number, linkMbps: number | null = null) =>
  planCapacity({ cores, memoryBytes: memory * GIB, linkMbps, measured: null });

describe('what a server carries', () => {
  it.each([
    [1, 1, 75, 175, 1, 175, 'memory'],
    [2, 1, 150, 350, 2, 175, 'cpu'],
    [4, 2, 300, 700, 3, 234, 'cpu'],
    [8, 4, 600, 1400, 6, 234, 'cpu'],
    [16, 8, 1200, 2800, 12, 234, 'cpu'],
    [2, 8, 150, 350, 2, 175, 'memory'],
  ])(
    '%i GB and %i cores: %i to %i people, %i × %i, %s first',
    (memory, cores, likely, most, stations, each, limitedBy) => {
      expect(plan(memory, cores)).toMatchObject({
        clients: { likely, most },
        stations,
        clientsPerStation: each,
        limitedBy,
      });
    },
  );

  it('heeds a thin line', () => {
    expect(plan(16, 8, 100)).toMatchObject({
      clients: { likely: 140, most: 200 },
      limitedBy: 'link',
      stations: 1,
    });
  });

  it('believes what it measures more than the guide', () => {
    const measured = {
      clients: 500,
      memoryPerClientBytes: 1_000_000,
      cpuPerClientPercent: 0.1,
      mbpsPerClient: 0.2,
    };
    const report = planCapacity({ cores: 4, memoryBytes: 8 * GIB, linkMbps: 1000, measured });
    expect(report).toMatchObject({
      clients: { likely: 2800, most: 4000 },
      limitedBy: 'cpu',
      stations: 16,
      clientsPerStation: 250,
    });
  });

  it('measures only when there are people to measure', () => {
    expect(measureClients({ ...exampleSnapshot, users: { connected: 10, connecting: 0 } })).toBeNull();
    const stationList = exampleSnapshot.stationList
      .slice(0, 1)
      .map((one) => ({ ...one, cpuPercent: 50, memoryBytes: 2e8 }));
    const traffic = { ...exampleSnapshot.traffic, uploadBps: 1e6, downloadBps: 1.5e6 };
    const measured = measureClients({
      ...exampleSnapshot,
      users: { connected: 100, connecting: 0 },
      stationList,
      traffic,
    });
    expect(measured).toEqual({
      clients: 100,
      memoryPerClientBytes: 2e6,
      cpuPerClientPercent: 0.5,
      mbpsPerClient: 0.2,
    });
  });
});

describe('settings beyond it', () => {
  it('are warned of', () => {
    const small = plan(2, 1);
    expect(capacityWarning({ count: 40, maxClients: 1000 }, small)).toMatch(
      /^40 busy stations do not fit into 2.* of memory; about 5 do/,
    );
    expect(capacityWarning({ count: 5, maxClients: 1000 }, small)).toMatch(
      /5,000 places, and this server carries about 350 people/,
    );
    expect(capacityWarning({ count: small.stations, maxClients: small.clientsPerStation }, small)).toBeNull();
    expect(capacityWarning({ count: 40, maxClients: 1000 }, plan(128, 64))).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import {
  cpuPercentBetween,
  parseCpuTimes,
  parseMemory,
  readCpuTimes,
  readDisk,
  readMemory,
} from './host-usage.ts';

describe('host usage', () => {
  it('counts waiting for a disk as idle, and guests once', () => {
    const text = 'cpu  100 10 50 800 40 5 5 0 30 3\ncpu0 1 2 3 4\n';
    expect(parseCpuTimes(text)).toEqual({ busy: 170, total: 1010 });
    expect(parseCpuTimes('intr 1 2 3')).toBeNull();
  });

  it('says how busy the processors were between two readings', () => {
    expect(cpuPercentBetween({ busy: 100, total: 1000 }, { busy: 150, total: 1200 })).toBe(25);
    expect(cpuPercentBetween(null, { busy: 150, total: 1200 })).toBeNull();
    expect(cpuPercentBetween({ busy: 150, total: 1200 }, { busy: 150, total: 1200 })).toBeNull();
  });

  it('reads memory with and without MemAvailable', () => {
    const old = 'MemTotal:        2048 kB\nMemFree:          512 kB\n';
    expect(parseMemory(old)).toEqual({ totalBytes: 2097152, availableBytes: 524288 });
    expect(parseMemory(`${old}MemAvailable:    1024 kB\n`).availableBytes).toBe(1048576);
  });

  it('reads this machine', () => {
    expect(readCpuTimes()?.total).toBeGreaterThan(0);
    expect(readMemory().availableBytes).toBeLessThanOrEqual(readMemory().totalBytes);
    expect(readDisk('/')?.totalBytes).toBeGreaterThan(0);
    expect(readDisk('/nowhere/at/all')).toBeNull();
  });
});

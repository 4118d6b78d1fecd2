import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeBalancer } from './sizing.ts';

describe('sizeBalancer', () => {
  it('takes more workers than cores where one process may hold only 20,000 files', () => {
    const sizing = sizeBalancer({ targetSessions: 40_000, cores: 2, openFilesLimit: 20_000 });
    expect(sizing).toMatchObject({
      workers: 6,
      workerConnections: 16_667,
      rlimitNofile: 16_923,
      holdsSessions: 40_000,
    });
    expect(sizing.arithmetic.join('\n')).toContain(
      '100,000 ÷ 19,744 needs 6 workers, more than the 2 cores would ask for.',
    );
  });

  it('takes a worker for each core where 65,535 are allowed', () => {
    const sizing = sizeBalancer({ targetSessions: 40_000, cores: 2, openFilesLimit: 65_535 });
    expect(sizing).toMatchObject({
      workers: 2,
      workerConnections: 50_000,
      rlimitNofile: 50_256,
      holdsSessions: 40_000,
    });
    expect(sizing.arithmetic.join('\n')).toContain('one for each of 2 cores makes 2.');
  });

  it('says what it holds when the host allows too little', () => {
    const sizing = sizeBalancer({ targetSessions: 40_000, cores: 1, openFilesLimit: 1024 });
    expect(sizing).toMatchObject({ workers: 16, workerConnections: 768, holdsSessions: 4915 });
    expect(sizing.arithmetic.at(-1)).toContain('This holds 4,915 sessions, not 40,000');
  });

  it('never asks for more than the host allows, and holds the target or says that it does not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 256 }),
        fc.integer({ min: 512, max: 2_000_000 }),
        (targetSessions, cores, openFilesLimit) => {
          const sizing = sizeBalancer({ targetSessions, cores, openFilesLimit });
          expect(sizing.rlimitNofile).toBeLessThanOrEqual(openFilesLimit);
          expect(sizing.workerConnections + 256).toBeLessThanOrEqual(sizing.rlimitNofile);
          expect(sizing.workers).toBeGreaterThanOrEqual(1);
          expect(sizing.workers).toBeLessThanOrEqual(cores * 16);
          const admits = sizing.arithmetic.some((line) => line.startsWith('This holds'));
          expect(admits).toBe(sizing.holdsSessions < targetSessions);
        },
      ),
    );
  });
});

// The pure parts of setting up a host, and the runner of its steps.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../contract/errors.ts';
import { parseCounts } from './checks.ts';
import { broughtByBootstrap } from './manifest.ts';
import { describeLimit } from './open-files.ts';
import { right, runSteps, type Step, wrong } from './step.ts';
import { publicAddress, tunnelCommand } from './tunnel.ts';

const silent = { begin: () => undefined, say: () => undefined, done: () => undefined };

function fakeStep(options: { rightAfter: number; fails?: Error }): Step & { applied: number } {
  const step = {
    title: 'Thing',
    remedy: 'Do it by hand.',
    applied: 0,
    check: async () => (step.applied >= options.rightAfter ? right() : wrong('is wrong')),
    apply: async () => {
      if (options.fails !== undefined) throw options.fails;
      step.applied += 1;
    },
  };
  return step;
}

describe('runSteps', () => {
  it('applies what is wrong once, and nothing the second time', async () => {
    const steps = [fakeStep({ rightAfter: 0 }), fakeStep({ rightAfter: 1 })];
    expect(await runSteps(steps, silent)).toBe(1);
    expect(await runSteps(steps, silent)).toBe(0);
    expect(steps.map(({ applied }) => applied)).toEqual([0, 1]);
  });

  it('says what to do when a step fails', async () => {
    const step = fakeStep({ rightAfter: 1, fails: new Error('no space') });
    const error = await runSteps([step], silent).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ message: 'Thing: no space', remedy: 'Do it by hand.' });
  });

  it("keeps an error's own way out", async () => {
    const fails = new AppError('port_in_use', { message: 'Taken.', remedy: 'Take another.' });
    await expect(runSteps([fakeStep({ rightAfter: 1, fails })], silent)).rejects.toBe(fails);
  });

  it('does not believe a step that changed nothing', async () => {
    await expect(runSteps([fakeStep({ rightAfter: 2 })], silent)).rejects.toThrow(/still not right/);
  });
});

describe('packages that the bootstrap brought', () => {
  it('are those it wrote down, and none where it wrote nothing', async () => {
    const home = await mkdtemp(join(tmpdir(), 'bootstrap-'));
    expect(await broughtByBootstrap(home)).toEqual([]);
    await writeFile(join(home, '.brought-packages'), 'nodejs\nnpm\n-rf /\n');
    expect(await broughtByBootstrap(home)).toEqual(['nodejs', 'npm']);
    await rm(home, { recursive: true });
  });
});

describe('tunnel', () => {
  it('prefers the address the operator came by', () => {
    expect(tunnelCommand({ port: 3001, user: 'ada', serverAddress: '192.0.2.7' })).toBe(
      'ssh -L 3001:127.0.0.1:3001 ada@192.0.2.7',
    );
  });

  it('never offers a private address', () => {
    expect(publicAddress(['10.0.0.4', '172.20.0.1', '192.168.1.2', '100.64.0.1', '198.51.100.9'])).toBe(
      '198.51.100.9',
    );
    expect(publicAddress(['172.17.0.1', '169.254.1.1'])).toBeNull();
  });
});

describe('describeLimit', () => {
  it('speaks only where something is lost', () => {
    expect(describeLimit(null)).toBeNull();
    expect(describeLimit(65_535)).toBeNull();
    expect(describeLimit(20_000)).toMatch(/^open files limit 20,000, wanted 65,535: /);
  });
});

describe('parseCounts', () => {
  it('reads both reporters', () => {
    expect(parseCounts('{"numPassedTests":3,"numFailedTests":1}', 'vitest')).toEqual({
      passed: 3,
      failed: 1,
    });
    const stats = '{"stats":{"expected":4,"flaky":1,"unexpected":2}}';
    expect(parseCounts(stats, 'playwright')).toEqual({ passed: 5, failed: 2 });
  });
});

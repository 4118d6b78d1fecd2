// `conduit update` in process: what it shows, asks and does.
import { describe, expect, it } from 'vitest';
import { AppError } from '../lib/contract/errors.ts';
import type { UpdateReport } from '../lib/contract/update.ts';
import { conduit, job } from './run-with-fake-agent.ts';

const image = {
  reference: 'a/b:latest',
  digest: null,
  version: '1.5.0',
  createdAt: null,
  dialect: 'january',
};
const [old, next] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];
const report: UpdateReport = {
  current: { ...image, id: old },
  candidate: { ...image, id: next, version: '2.0.0', dialect: 'february' },
  reference: 'a/b:latest',
  changes: [{ what: 'Command', from: 'start --max-clients 50', to: 'start --max-common-clients 50' }],
  canary: { station: 2, name: 'conduit-2', connected: 3 },
  stations: 5,
  connected: 40,
  obstacle: null,
  notes: ['It was made before.'],
};
const calls = { 'update.fetch': { jobId: job.id }, 'update.get': report, 'update.start': { jobId: job.id } };
const events = [{ type: 'job', job }];

describe('conduit update', () => {
  it('shows both images, the flags and the first station, and touches nothing in a dry run', async () => {
    const { code, out, asked } = await conduit('update --dry-run', { calls, events });
    expect(out).toMatch(/now +a\/b:latest +111111111111 +1\.5\.0/);
    expect(out).toMatch(/new +a\/b:latest +222222222222 +2\.0\.0/);
    expect(out).toContain('+ start --max-common-clients 50');
    expect(out).toContain('conduit-2 tries it first (3 clients connected), then the other 4 stations follow');
    expect(asked.map(([name]) => name)).toEqual(['update.fetch', 'update.get']);
    expect(code).toBe(0);
  });

  it('asks first, and does nothing without a yes', async () => {
    const { code, asked } = await conduit('update', { calls, events });
    expect(asked.map(([name]) => name)).not.toContain('update.start');
    expect(code).not.toBe(0);
  });

  it('starts exactly what was shown', async () => {
    const { asked } = await conduit('update --yes --image a/b:2 --drain 5 --wait 60 --steady 10', {
      calls,
      events,
    });
    expect(asked).toContainEqual([
      'update.start',
      { image: 'a/b:2', id: next, drainSeconds: 5, liveSeconds: 60, steadySeconds: 10 },
    ]);
  });

  it('says when there is nothing to do, and when it cannot begin', async () => {
    const same = { ...report, candidate: report.current };
    const { out, code } = await conduit('update', { calls: { ...calls, 'update.get': same }, events });
    expect(out).toContain('Nothing to do');
    expect(code).toBe(0);
    const down = { ...report, obstacle: 'The fleet is down.' };
    expect(
      (await conduit('update --yes', { calls: { ...calls, 'update.get': down }, events })).err,
    ).toContain('update: The fleet is down.');
  });

  it('fails when an interruption took the trial back, or the trial itself failed', async () => {
    const { err, code } = await conduit('update --yes', { calls, events });
    expect(err).toContain('interrupted during the trial');
    expect(code).toBe(13);
    const refused = new AppError('conflict', { message: 'another image meanwhile' });
    expect(
      (await conduit('update --yes', { calls: { ...calls, 'update.start': refused }, events })).code,
    ).toBe(6);
  });

  it('names a bad image and bad limits', async () => {
    expect((await conduit('update --image UPPER')).err).toContain('update: image must be an image reference');
    expect((await conduit('update --wait 1')).err).toContain('update: wait must be at least 5, got 1');
  });
});

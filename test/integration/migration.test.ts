// From a real v1.2 installation to this manager and back: the same keys, the same containers, the same files.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { docker, finished, runningOnEngine } from '../harness/fleet.ts';
import { createV1Host, SECRET_ADDRESS, type V1Host } from '../harness/v1-host.ts';

const prefix = 'migt';
const IMAGE = 'conduit-simulator:january';

let agent: TestAgent;
let host: V1Host;
let before: { containers: unknown; files: unknown; proxyIds: Record<string, string> };

beforeAll(async () => {
  host = await createV1Host({
    base: prefix,
    stations: 5,
    orphans: [7],
    args: { 2: ['-m', '120', '-b', '-1'] },
  });
  agent = await startTestAgent({
    prefix,
    balancer: { primaryPort: 28_743, secondaryPort: 28_744 },
    keepEngine: true,
    env: {
      CONDUIT_HOST_ROOT: host.root,
      CONDUIT_V1_NAME: prefix,
      CONDUIT_ETC_DIR: join(host.root, 'etc'),
    },
  });
  before = {
    containers: await host.containers(),
    files: await host.files(),
    proxyIds: await host.proxyIds(),
  };
});
afterAll(async () => {
  await agent.dispose();
  await host.dispose();
});

const report = () => agent.client.call('migration.get', {});
const migrate = async (options = {}) =>
  finished(agent, await agent.client.call('migration.start', { image: IMAGE, count: 8, ...options }));
const rollBack = async () => finished(agent, await agent.client.call('migration.rollBack', {}));
async function stationIds(count: number): Promise<(string | null)[]> {
  const ids: (string | null)[] = [];
  for (let station = 1; station <= count; station++)
    ids.push((await agent.client.call('station.get', { station })).proxyId);
  return ids;
}
async function expectAsBefore(): Promise<void> {
  expect(await host.containers()).toEqual(before.containers);
  expect(await host.files()).toEqual(before.files);
  expect(await host.proxyIds()).toMatchObject(before.proxyIds);
}
/** Every file of ours, searched for what must not be in it. */
async function expectNowhere(text: string): Promise<void> {
  for (const entry of await readdir(agent.stateDir, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const content = await readFile(join(entry.parentPath, entry.name), 'latin1');
      expect(content.includes(text), join(entry.parentPath, entry.name)).toBe(false);
    }
  expect(agent.log()).not.toContain(text);
}

describe('what is there', () => {
  it('is found, and nothing is changed by looking', async () => {
    const found = await report();
    expect(found).toMatchObject({
      found: true,
      manager: 'conduit-manager 1.x',
      proposedCount: 40,
      obstacle: null,
    });
    expect(found.stations.map(({ name, station, obstacle }) => [name, station, obstacle])).toEqual([
      ['migt', 1, null],
      ['migt-2', 2, null],
      ['migt-3', 3, null],
      ['migt-4', 4, null],
      ['migt-5', 5, null],
    ]);
    expect(found.stations[1]).toMatchObject({ maxClients: 120, bandwidthMbps: -1 });
    expect(found.orphans).toMatchObject([{ volume: 'migt-data-7', station: 7 }]);
    expect(found.settings).toMatchObject({
      fleet: { maxClients: 200, bandwidthMbps: 5 },
      dataCapGb: 500,
      telegram: true,
    });
    expect(found.traffic).toMatchObject({ countries: 3, unmapped: ['Atlantis'], damagedLines: 1 });
    expect(found.traffic?.addressFiles.map(({ lines }) => lines)).toEqual([2, 1]);
    expect(JSON.stringify(found)).not.toContain(SECRET_ADDRESS);
    expect(JSON.stringify(found)).not.toContain('123:abc');
    await expectAsBefore();
  });

  it('needs room for every station', async () => {
    await expect(agent.client.call('migration.start', { count: 4, image: IMAGE })).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'count', message: expect.stringContaining('at least 5') }],
    });
    await expectAsBefore();
  });
});

describe('an image that cannot be had', () => {
  it('stops everything before anything is touched, and can be put right', async () => {
    const job = await migrate({ image: 'conduit-simulator:nosuch' });
    expect(job.error?.code).toBe('image_unavailable');
    await expectAsBefore();
  });
});

describe('the way here', () => {
  it('ends with the same stations, the volume that was left over, and new ones', async () => {
    const job = await migrate();
    expect(job.error).toBeNull();
    expect(await runningOnEngine(agent)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const ids = await stationIds(8);
    const expected = ['migt-data', ...[2, 3, 4, 5].map((n) => `migt-data-${n}`)].map(
      (name) => before.proxyIds[name],
    );
    expect(ids.slice(0, 5)).toEqual(expected);
    expect(ids[6]).toBe(before.proxyIds['migt-data-7']);
    expect(new Set(ids).size).toBe(8);
    expect((await agent.client.call('station.get', { station: 1 })).volume).toBe('migt-data');
    expect((await agent.client.call('station.get', { station: 2 })).settings).toMatchObject({
      maxClients: 120,
      bandwidthMbps: -1,
      memoryMb: 512,
    });
    expect((await report()).migration).toMatchObject({ state: 'migrated', count: 8 });
  });

  it('has taken its services out and left the rest of the files alone', async () => {
    const files = Object.keys(await host.files());
    expect(files).not.toContain('etc/systemd/system/conduit.service');
    expect(files).not.toContain('etc/systemd/system/multi-user.target.wants/conduit.service');
    expect(files).not.toContain('usr/local/bin/conduit');
    expect(files).toContain('opt/conduit/settings.conf');
    const crontab = await readFile(join(host.root, 'var/spool/cron/crontabs/root'), 'utf8');
    expect(crontab).toBe('MAILTO=root\n0 3 * * * /usr/bin/certbot renew\n');
  });

  it('shows the old totals as a source of their own', async () => {
    const { rows } = await agent.client.call('countries.get', { source: 'legacy' });
    expect(rows.find(({ code }) => code === 'IR')).toMatchObject({
      uploadedBytes: 1_000_000,
      downloadedBytes: 9_000_000,
    });
    expect(rows.find(({ code }) => code === 'unknown')).toMatchObject({
      uploadedBytes: 12,
      downloadedBytes: 15,
    });
  });

  it('keeps no client address anywhere', () => expectNowhere(SECRET_ADDRESS));
});

describe('the way back', () => {
  it('ends with the host as it was', async () => {
    const job = await rollBack();
    expect(job.error).toBeNull();
    expect(await runningOnEngine(agent)).toEqual([2, 3, 4, 5]);
    await expectAsBefore();
    expect((await agent.client.call('fleet.get', {})).active).toBe(false);
    await expect(agent.client.call('migration.rollBack', {})).rejects.toMatchObject({ code: 'not_found' });
  });

  it('makes containers again that were removed meanwhile, and keeps what was changed in the crontab', async () => {
    expect((await migrate()).error).toBeNull();
    const kept = (await docker.listContainers({ all: true })).filter(({ name }) => name.endsWith('-v1'));
    expect(kept).toHaveLength(5);
    for (const { id } of kept) await docker.remove(id, { force: true });
    expect((await rollBack()).error).toBeNull();
    await expectAsBefore();
  });
});

describe('killed in the middle', () => {
  it.each([
    ['keys', 'on'],
    ['archive', 'back'],
    ['services', 'on'],
    ['station-1', 'back'],
    ['station-1', 'on'],
    ['station-3', 'back'],
    ['fleet', 'on'],
  ] as const)('after %s, goes %s to a good end', { timeout: 180_000 }, async (step, way) => {
    const { jobId } = await agent.client.call('migration.start', { image: IMAGE, count: 6 });
    for await (const event of agent.client.stream('job.watch', { id: jobId })) {
      const done = event.type === 'job' && event.job.steps.find(({ key }) => key === step)?.state === 'done';
      if (!done) continue;
      await agent.kill('SIGKILL');
      break;
    }
    await agent.restart();
    expect((await agent.client.call('snapshot.get', {})).problems.map(({ code }) => code)).toContain(
      'migration-interrupted',
    );
    if (way === 'on') {
      expect((await migrate({ count: 6 })).error).toBeNull();
      expect(await runningOnEngine(agent)).toEqual([1, 2, 3, 4, 5, 6]);
      expect((await stationIds(5))[0]).toBe(before.proxyIds['migt-data']);
      expect(await host.proxyIds()).toMatchObject(before.proxyIds);
    }
    expect((await rollBack()).error).toBeNull();
    await expectAsBefore();
  });
});

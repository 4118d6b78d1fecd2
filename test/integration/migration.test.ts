// From real installations of older managers to this one and back: the same keys, the same containers, the same files.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MigrationStart } from '../../lib/contract/migration.ts';
import { migrationsDir } from '../../lib/migration/manifest.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { docker, finished, runningOnEngine } from '../harness/fleet.ts';
import { copyKernel } from '../harness/kernel-copy.ts';
import {
  asCcm,
  CCM_FILES,
  createV1Host,
  ingressOf,
  SECRET_ADDRESS,
  type V1Host,
} from '../harness/v1-host.ts';
import { waitFor } from '../harness/wait-for.ts';

const IMAGE = 'conduit-simulator:february';
/** Moving five stations needs twenty seconds; a machine may be busy with other things. */
const JOB_MS = 300_000;
const SLOW = { timeout: 600_000 };

interface Scene {
  host: V1Host;
  agent: TestAgent;
  before: { containers: unknown; files: unknown; proxyIds: Record<string, string> };
  migrate(options?: Partial<MigrationStart>): ReturnType<typeof finished>;
  rollBack(): ReturnType<typeof finished>;
  report(): ReturnType<TestAgent['client']['call']>;
  /** Same containers, files, kernel and keys. */
  expectAsBefore(): Promise<void>;
  dispose(): Promise<void>;
}

/** An agent beside an older manager, before anything has happened. */
async function createScene(prefix: string, primaryPort: number, create: () => Promise<V1Host>) {
  const host = await create();
  const kernel = await copyKernel(host.root);
  const agent = await startTestAgent({
    prefix,
    balancer: {
      primaryPort,
      secondaryPort: primaryPort + 1,
      configPath: join(host.root, 'etc/nginx/nginx.conf'),
    },
    keepEngine: true,
    env: { ...kernel.env, CONDUIT_HOST_ROOT: host.root, CONDUIT_V1_NAME: prefix },
  });
  const before = {
    containers: await host.containers(),
    files: await host.files(),
    proxyIds: await host.proxyIds(),
  };
  const scene = {
    host,
    agent,
    before,
    report: () => agent.client.call('migration.get', {}),
    migrate: async (options: Partial<MigrationStart> = {}) =>
      finished(agent, await agent.client.call('migration.start', { image: IMAGE, ...options }), JOB_MS),
    rollBack: async () => finished(agent, await agent.client.call('migration.rollBack', {}), JOB_MS),
    async expectAsBefore() {
      expect(await host.containers()).toEqual(before.containers);
      expect(await host.files()).toEqual(before.files);
      expect(await host.proxyIds()).toMatchObject(before.proxyIds);
    },
    async dispose() {
      await agent.kill('SIGKILL');
      // Containers that were put aside hold the volumes.
      await host.dispose();
      await agent.dispose();
    },
  };
  return scene;
}

/** Once each station has its key: a new one makes it within its first moments. */
async function stationIds({ agent }: Pick<Scene, 'agent'>, count: number): Promise<(string | null)[]> {
  let ids: (string | null)[] = [];
  await waitFor('every Proxy ID', async () => {
    const stations = Array.from({ length: count }, (_, i) =>
      agent.client.call('station.get', { station: i + 1 }),
    );
    ids = (await Promise.all(stations)).map(({ proxyId }) => proxyId);
    return !ids.includes(null);
  });
  return ids;
}

/** Every file of ours, searched for what must not be in it. */
async function expectNowhere({ agent }: Pick<Scene, 'agent'>, text: string): Promise<void> {
  for (const entry of await readdir(agent.stateDir, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const content = await readFile(join(entry.parentPath, entry.name), 'latin1');
      expect(content.includes(text), join(entry.parentPath, entry.name)).toBe(false);
    }
  expect(agent.log()).not.toContain(text);
}

/** A client of a station, who must be left in peace until it is the station's turn. */
function openSession(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

describe('conduit-manager 1.2 with five stations', () => {
  const prefix = 'migt';
  let scene: Awaited<ReturnType<typeof createScene>>;
  beforeAll(async () => {
    scene = await createScene(prefix, 20_743, () =>
      createV1Host({ base: prefix, stations: 5, orphans: [7], args: { 2: ['-m', '120', '-b', '-1'] } }),
    );
  });
  afterAll(() => scene.dispose());

  it('is found, and nothing is changed by looking', async () => {
    const found = await scene.report();
    expect(found).toMatchObject({
      found: true,
      manager: 'conduit-manager 1.x',
      proposedCount: 40,
      obstacle: null,
      settings: { fleet: { maxClients: 200, bandwidthMbps: 5 }, dataCapGb: 500, telegram: true },
      orphans: [{ volume: 'migt-data-7', station: 7, obstacle: null }],
      traffic: {
        countries: 4,
        unmapped: ['Atlantis'],
        mixesKoreas: true,
        damagedLines: 2,
        months: ['2025-11'],
        monthsWithout: ['2025-10'],
        samples: 8,
      },
    });
    expect(found.stations.map(({ name, station, obstacle }) => [name, station, obstacle])).toEqual([
      ['migt', 1, null],
      ['migt-2', 2, null],
      ['migt-3', 3, null],
      ['migt-4', 4, null],
      ['migt-5', 5, null],
    ]);
    expect(found.stations[1]).toMatchObject({ maxClients: 120, bandwidthMbps: -1 });
    expect(found.traffic?.addressFiles.map(({ lines }) => lines)).toEqual([2, 1]);
    expect(JSON.stringify(found)).not.toContain(SECRET_ADDRESS);
    expect(JSON.stringify(found)).not.toContain('123:abc');
    await scene.expectAsBefore();
  });

  it('needs room for every station, and an image', async () => {
    await expect(
      scene.agent.client.call('migration.start', { count: 4, image: IMAGE }),
    ).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'count', message: expect.stringContaining('at least 5') }],
    });
    const job = await scene.migrate({ count: 8, image: 'conduit-simulator:nosuch' });
    expect(job.error?.code).toBe('image_unavailable');
    await scene.expectAsBefore();
  });

  it('moves station by station: who has a session is left in peace until then', SLOW, async () => {
    const session = await openSession(ingressOf(5));
    const { jobId } = await scene.agent.client.call('migration.start', { image: IMAGE, count: 8 });
    const stateWhenCut = new Promise<Record<string, string>>((resolve) => {
      session.once('close', () => {
        void scene.agent.client.call('job.get', { id: jobId }).then(({ steps }) => {
          resolve(Object.fromEntries(steps.map(({ key, state }) => [key, state])));
        });
      });
      session.on('error', () => undefined);
    });
    expect((await finished(scene.agent, { jobId }, JOB_MS)).error).toBeNull();
    expect(await stateWhenCut).toMatchObject({ 'station-4': 'done', 'station-5': 'running' });
  });

  it('ends with the same stations, the volume that was left over, and new ones', async () => {
    const { agent, before } = scene;
    expect(await runningOnEngine(agent)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const ids = await stationIds(scene, 8);
    const volumes = ['migt-data', ...[2, 3, 4, 5].map((n) => `migt-data-${n}`)];
    expect(ids.slice(0, 5)).toEqual(volumes.map((name) => before.proxyIds[name]));
    expect(ids[6]).toBe(before.proxyIds['migt-data-7']);
    expect(new Set(ids).size).toBe(8);
    expect(await agent.client.call('station.get', { station: 1 })).toMatchObject({
      volume: 'migt-data',
      settings: { maxClients: 200, bandwidthMbps: 5 },
    });
    expect((await agent.client.call('station.get', { station: 2 })).settings).toMatchObject({
      maxClients: 120,
      bandwidthMbps: -1,
    });
    expect((await agent.client.call('station.get', { station: 7 })).settings).toMatchObject({
      memoryMb: 512,
    });
    expect((await scene.report()).migration).toMatchObject({ state: 'migrated', count: 8 });
  });

  it('has lost its services, and no other file', async () => {
    const files = Object.keys(await scene.host.files());
    expect(files).not.toContain('etc/systemd/system/conduit.service');
    expect(files).not.toContain('etc/systemd/system/multi-user.target.wants/conduit.service');
    expect(files).not.toContain('usr/local/bin/conduit');
    expect(files).toContain('opt/conduit/settings.conf');
    expect(files).toContain('opt/conduit/traffic_stats/cumulative_ips');
    const crontab = await readFile(join(scene.host.root, 'var/spool/cron/crontabs/root'), 'utf8');
    expect(crontab).toBe('MAILTO=root\n0 3 * * * /usr/bin/certbot renew\n');
  });

  it('shows the old figures as a source of their own, and no address', async () => {
    const { client } = scene.agent;
    const { rows } = await client.call('countries.get', { source: 'legacy' });
    expect(rows.find(({ code }) => code === 'IR')).toMatchObject({
      uploadedBytes: 1_000_000,
      downloadedBytes: 9_000_000,
    });
    expect(rows.find(({ code }) => code === 'unknown')).toMatchObject({
      uploadedBytes: 12,
      downloadedBytes: 15,
    });
    const at = 1_763_000_000_000;
    expect(await client.call('migration.history', {})).toEqual({
      // Germany's total fell: it began anew, and nothing is negative.
      months: [{ month: '2025-11', countries: 2, uploadedBytes: 300, downloadedBytes: 700 }],
      connections: [
        { at, connected: 12, connecting: 3 },
        { at: at + 300_000, connected: 14, connecting: 2 },
      ],
      uptime: [
        { at, running: 5 },
        { at: at + 120_000, running: 5 },
        { at: at + 180_000, running: 4 },
      ],
      reports: [
        { at, connected: 12, running: 5, bytes: null },
        { at: at + 21_600_000, connected: 20, running: 5, bytes: 4000 },
      ],
    });
    await expectNowhere(scene, SECRET_ADDRESS);
  });

  it('is as it was after a way back', SLOW, async () => {
    expect((await scene.rollBack()).error).toBeNull();
    await scene.expectAsBefore();
    expect((await scene.agent.client.call('fleet.get', {})).active).toBe(false);
    // The volumes of stations that we made stay, and are not taken for the older manager's.
    expect((await scene.report()).orphans.map(({ volume }) => volume)).toEqual(['migt-data-7']);
    await expect(scene.agent.client.call('migration.rollBack', {})).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it(
    'comes back even when its containers were removed meanwhile; what was shredded does not',
    SLOW,
    async () => {
      expect((await scene.migrate({ count: 5, shredAddresses: true })).error).toBeNull();
      const kept = (await docker.listContainers({ all: true })).filter(({ name }) =>
        /^migt.*-v1$/.test(name),
      );
      expect(kept).toHaveLength(5);
      for (const { id } of kept) await docker.remove(id, { force: true });
      expect((await scene.rollBack()).error).toBeNull();
      expect(await scene.host.containers()).toEqual(scene.before.containers);
      const addressFiles = /cumulative_ips|tracker_snapshot/;
      const files = await scene.host.files();
      expect(Object.keys(files).filter((name) => addressFiles.test(name))).toEqual([]);
      expect(files).toEqual(
        Object.fromEntries(Object.entries(scene.before.files).filter(([name]) => !addressFiles.test(name))),
      );
    },
  );
});

describe('CONDUIT-CLUSTER-MANAGER, killed at every step', () => {
  const prefix = 'migc';
  const FORWARD = [
    'image',
    'keys',
    'archive',
    'services',
    'station-1',
    'station-2',
    'traffic',
    'fleet',
    'tuning',
    'verify',
  ];
  const BACK = ['fleet', 'station-1', 'station-2', 'balancer', 'files', 'tuning', 'settings'];
  let scene: Awaited<ReturnType<typeof createScene>>;
  beforeAll(async () => {
    scene = await createScene(prefix, 20_745, () =>
      createV1Host({ base: prefix, stations: 2, make: asCcm, files: CCM_FILES }),
    );
  });
  afterAll(() => scene.dispose());

  /** Kills the agent as soon as a step is done. */
  async function killAfter(operation: 'migration.start' | 'migration.rollBack', step: string): Promise<void> {
    const { client } = scene.agent;
    const { jobId } = await (operation === 'migration.start'
      ? client.call(operation, { image: IMAGE, count: 2 })
      : client.call(operation, {}));
    for await (const event of client.stream('job.watch', { id: jobId })) {
      if (event.type !== 'job') continue;
      expect(event.job.error).toBeNull();
      const { state = 'pending' } = event.job.steps.find(({ key }) => key === step) ?? {};
      if (state !== 'done' && state !== 'skipped') continue;
      await scene.agent.kill('SIGKILL');
      return;
    }
  }

  /** The last note of the record is taken back: as if the crash had come between a step and the note of it. */
  async function forgetLastStep(): Promise<void> {
    const folder = migrationsDir(join(scene.agent.stateDir, 'backups'));
    const [newest] = (await readdir(folder)).sort().reverse();
    const path = join(folder, newest ?? '', 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    if (manifest.state !== 'running') return;
    manifest.done.pop();
    await writeFile(path, JSON.stringify(manifest));
  }

  const stateNow = async () => (await scene.report()).migration?.state;
  const problemCodes = async () =>
    (await scene.agent.client.call('snapshot.get', {})).problems.map(({ code }) => code);

  it('is found with its balancer, its kernel parameters and its lines of cron', async () => {
    const found = await scene.report();
    expect(found).toMatchObject({ manager: 'CONDUIT-CLUSTER-MANAGER', obstacle: null });
    expect(found.stations.map(({ name, station, volume }) => [name, station, volume])).toEqual([
      ['migc-1', 1, 'migc-data-1'],
      ['migc-2', 2, 'migc-data-2'],
    ]);
    const actions = found.traces.map(({ path, action }) => [path.slice(scene.host.root.length + 1), action]);
    expect(actions).toEqual([
      ['opt/conduit/settings.conf', 'copy'],
      ['etc/systemd/system/conduit.service', 'remove'],
      ['etc/systemd/system/multi-user.target.wants/conduit.service', 'remove'],
      ['etc/sysctl.d/99-conduit-cluster.conf', 'remove'],
      ['var/spool/cron/crontabs/root', 'lines'],
      ['var/spool/cron/crontabs/root', 'keep'],
      ['usr/local/bin/conduit', 'replace'],
      ['etc/nginx/nginx.conf', 'copy'],
      ['etc/nginx/nginx.conf.backup.1760000000', 'keep'],
      ['etc/security/limits.conf', 'keep'],
    ]);
  });

  it('goes on after each of them to the one good end', SLOW, async () => {
    for (const step of FORWARD) {
      await killAfter('migration.start', step);
      await forgetLastStep();
      await scene.agent.restart();
      // It may have come to its end before the signal came.
      if ((await stateNow()) !== 'running') break;
      expect(await problemCodes()).toContain('migration-interrupted');
    }
    if ((await stateNow()) === 'running') expect((await scene.migrate({ count: 2 })).error).toBeNull();
    expect(await runningOnEngine(scene.agent)).toEqual([1, 2]);
    expect(await stationIds(scene, 2)).toEqual([
      scene.before.proxyIds['migc-data-1'],
      scene.before.proxyIds['migc-data-2'],
    ]);
    expect((await scene.report()).migration).toMatchObject({ state: 'migrated' });
    const { balancer } = await scene.agent.client.call('snapshot.get', {});
    expect(balancer.state).toBe('running');
    expect(await readFile(join(scene.host.root, 'etc/nginx/nginx.conf'), 'utf8')).toContain(
      'Conduit Cluster Manager',
    );
  });

  it('goes on with the way back after each of its steps to the other good end', SLOW, async () => {
    for (const step of BACK) {
      await killAfter('migration.rollBack', step);
      await scene.agent.restart();
      if ((await stateNow()) !== 'rolling-back') break;
      expect(await problemCodes()).toContain('migration-interrupted');
      await expect(scene.agent.client.call('migration.start', {})).rejects.toMatchObject({
        code: 'conflict',
      });
    }
    if ((await stateNow()) === 'rolling-back') expect((await scene.rollBack()).error).toBeNull();
    expect(await stateNow()).toBe('rolled-back');
    await scene.expectAsBefore();
  });

  it.each(FORWARD)('goes back when it was killed after %s', SLOW, async (step) => {
    await killAfter('migration.start', step);
    await scene.agent.restart();
    expect((await scene.rollBack()).error).toBeNull();
    await scene.expectAsBefore();
    await waitFor(
      'no problem to be left',
      async () => !(await problemCodes()).includes('migration-interrupted'),
    );
  });
});

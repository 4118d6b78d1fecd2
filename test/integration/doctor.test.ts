// The doctor on a real host with real faults: each is provoked, found by name, and gone when its cause is.

import { mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DoctorCheck } from '../../lib/contract/doctor.ts';
import { isFinding } from '../../lib/format/doctor.ts';
import { run } from '../../lib/host/run.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { type EngineProxy, startEngineProxy } from '../harness/engine-proxy.ts';
import { apply, volumeDirectory } from '../harness/fleet.ts';
import { copyKernel, type KernelCopy } from '../harness/kernel-copy.ts';
import { createOutside, type Outside } from '../harness/outside.ts';
import { waitFor } from '../harness/wait-for.ts';

const PRIMARY = 28_544;
const SECONDARY = 28_667;
let root: string;
let disk: string;
let agent: TestAgent;
let kernel: KernelCopy;
let outside: Outside;
let engine: EngineProxy;

async function diagnosis(of = agent): Promise<Map<string, DoctorCheck>> {
  const { checks, durationMs } = await of.client.call('doctor.get', {});
  expect(durationMs).toBeLessThan(5000);
  return new Map(checks.map((check) => [check.id, check]));
}
const check = async (id: string, of = agent) => (await diagnosis(of)).get(id);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'doct-'));
  disk = join(root, 'disk');
  await mkdir(disk);
  await run('mount', ['-t', 'tmpfs', '-o', 'size=1100m', 'tmpfs', disk]);
  kernel = await copyKernel(root);
  await kernel.set('net.netfilter.nf_conntrack_max', '262144');
  await kernel.set('net.netfilter.nf_conntrack_count', '1200');
  // What goes there is passed on like what goes out.
  outside = await createOutside('doctout', '10.231.47');
  engine = await startEngineProxy(join(root, 'engine.sock'));
  agent = await startTestAgent({
    prefix: 'doct',
    directory: disk,
    balancer: { primaryPort: PRIMARY, secondaryPort: SECONDARY },
    env: {
      ...kernel.env,
      CONDUIT_PROBE_ADDRESSES: outside.addresses,
      CONDUIT_DOCKER_SOCKET: join(root, 'engine.sock'),
    },
  });
  const settings = { image: 'conduit-simulator:february', count: 2, loopbackPortBase: 28_540 };
  expect(await apply(agent, { settings })).toMatchObject({ state: 'succeeded', error: null });
});
afterAll(async () => {
  engine.resume();
  await agent.dispose();
  engine.close();
  await outside.remove();
  await run('umount', [disk]);
  await rm(root, { recursive: true, force: true });
});

describe('a healthy host', () => {
  it('raises no alarm', async () => {
    await waitFor(
      'both stations to run',
      async () => (await check('stations'))?.evidence === '2 of 2 running',
    );
    const found = await diagnosis();
    // Whether this machine is busy with its other tests is no fault of the product.
    const findings = [...found.values()].filter((one) => isFinding(one) && one.id !== 'pressure');
    expect(findings).toEqual([]);
    expect(found.get('keys')).toMatchObject({ level: 'ok', evidence: 'sound in each of 2 volumes' });
    expect(found.get('ports')).toMatchObject({ level: 'ok', evidence: `${PRIMARY}, ${SECONDARY}: ours` });
  });
});

describe('each fault is found and named', () => {
  it('a key that was cut short', async () => {
    const file = join(await volumeDirectory('doct', 1), 'conduit_key.json');
    const key = await readFile(file);
    await truncate(file, 10);
    const found = await check('keys');
    expect(found).toMatchObject({
      level: 'error',
      remedy: expect.stringContaining('conduit start 1 --new-key'),
    });
    expect(found?.evidence).toMatch(/^Station 1: .*it had Proxy ID/);
    await writeFile(file, key);
    expect(await check('keys')).toMatchObject({ level: 'ok' });
  });

  it('a table of connections that is nearly full', async () => {
    await kernel.set('net.netfilter.nf_conntrack_count', '255000');
    expect(await check('conntrack')).toMatchObject({
      level: 'error',
      evidence: '255000 of 262144 entries in use (97 %)',
      fix: 'tuning.apply',
    });
    await kernel.set('net.netfilter.nf_conntrack_count', '1200');
  });

  it('a unit that v1 left', async () => {
    const unit = kernel.etc('systemd/system/conduit.service');
    await mkdir(dirname(unit), { recursive: true });
    await writeFile(unit, '[Service]\nType=oneshot\nExecStart=/usr/local/bin/conduit start\n');
    const enabled = kernel.etc('systemd/system/multi-user.target.wants/conduit.service');
    await mkdir(dirname(enabled));
    await symlink(unit, enabled);
    const found = await check('leftovers');
    expect(found).toMatchObject({ level: 'warning', remedy: expect.stringContaining('systemctl disable') });
    expect(found?.evidence).toBe(
      `${unit}: starts conduit-manager 1.x with the server, and removes containers when it is stopped.`,
    );
    // As `systemctl disable` leaves it.
    await rm(enabled);
    expect(await check('leftovers')).toMatchObject({ level: 'ok' });
    await rm(unit);
  });

  it('packets that are not passed on', async () => {
    await kernel.set('net.ipv4.ip_forward', '0');
    expect(await check('stations-online')).toMatchObject({
      level: 'error',
      remedy: expect.stringContaining('ip_forward=1'),
    });
    await kernel.set('net.ipv4.ip_forward', '1');
  });

  it('packets of stations that are dropped, although the kernel passes them on', async () => {
    expect(await check('stations-online')).toMatchObject({ level: 'ok' });
    const drop = `add table inet doctdrop
      add chain inet doctdrop forward { type filter hook forward priority -10; policy accept; }
      add rule inet doctdrop forward iifname "br-doct" drop`;
    await run('nft', ['-f', '-'], { input: drop });
    try {
      const found = await check('stations-online');
      expect(found).toMatchObject({
        level: 'error',
        remedy: expect.stringContaining('DEFAULT_FORWARD_POLICY'),
      });
      expect(found?.evidence).toMatch(/^Stations 1, 2: packets do not get out/);
    } finally {
      await run('nft', ['delete', 'table', 'inet', 'doctdrop']);
    }
    expect(await check('stations-online')).toMatchObject({ level: 'ok' });
  });

  it('a disk that is nearly full', async () => {
    await run('fallocate', ['-l', '150M', join(disk, 'filler')]);
    await waitFor('the disk to be seen', async () => (await check('disk'))?.level === 'warning', {
      timeoutMs: 30_000,
    });
    expect((await check('disk'))?.remedy).toContain('Free some space');
    await rm(join(disk, 'filler'));
  });

  it('a port that another program has', async () => {
    const wanted = 28_688;
    const intruder = createServer().listen(wanted, '0.0.0.0');
    await new Promise((resolve) => intruder.once('listening', resolve));
    await agent.client.call('balancer.configure', { primaryPort: wanted }).catch(() => undefined);
    // Refused: the setting stays, so ask one whose setting it is.
    const other = await startTestAgent({
      prefix: 'docu',
      balancer: { primaryPort: wanted, secondaryPort: 28_689 },
    });
    try {
      expect(await check('ports', other)).toMatchObject({
        level: 'error',
        evidence: expect.stringMatching(
          new RegExp(`^${wanted}/tcp is taken by .* \\(process ${process.pid}\\)`),
        ),
      });
    } finally {
      await other.dispose();
      intruder.close();
    }
  });

  it('a Docker that hangs: the other checks answer in time, and questions to it do not pile up', async () => {
    engine.hang();
    for (let i = 0; i < 3; i += 1) {
      const found = await diagnosis();
      expect(found.get('keys')?.level).toBe('unknown');
      expect(found.get('conntrack')?.level).toBe('ok');
    }
    // The agent's own questions are not the doctor's: fewer than one a look for information hang.
    expect(engine.hanging('/info')).toBeLessThan(2);
    engine.resume();
  });

  it('an nginx without its stream module, and a Docker that is not there', async () => {
    const bin = join(root, 'bin');
    await mkdir(bin);
    await writeFile(
      join(bin, 'nginx'),
      `#!/bin/sh\n[ "$1" = -V ] && exec /usr/sbin/nginx -V 2>&1 | sed 's#--modules-path=[^ ]*#--modules-path=${root}/none#' >&2\nexec /usr/sbin/nginx "$@"\n`,
      { mode: 0o755 },
    );
    const other = await startTestAgent({
      prefix: 'docv',
      balancer: { primaryPort: 28_690, secondaryPort: 28_691 },
      env: { PATH: `${bin}:${process.env.PATH}`, CONDUIT_DOCKER_SOCKET: join(root, 'none.sock') },
    });
    try {
      const found = await diagnosis(other);
      expect(found.get('nginx')).toMatchObject({
        level: 'error',
        evidence: expect.stringContaining('has no stream module'),
        remedy: expect.stringContaining('libnginx-mod-stream'),
      });
      expect(found.get('docker')).toMatchObject({
        level: 'error',
        remedy: expect.stringContaining('systemctl start docker'),
      });
      expect(found.get('keys')?.level).toBe('unknown');
    } finally {
      await other.dispose();
    }
  });
});

describe('without the agent', () => {
  it('the command looks at the server itself, and says that nobody looks after the stations', async () => {
    await agent.kill('SIGKILL');
    const { stdout, exitCode } = await run(
      process.execPath,
      [join(import.meta.dirname, '../../cli/main.ts'), 'doctor', '--json'],
      { env: { CONDUIT_RUN_DIR: agent.runDir, CONDUIT_STATE_DIR: agent.stateDir }, okExitCodes: [6] },
    );
    expect(exitCode).toBe(6);
    const { checks, durationMs } = JSON.parse(stdout) as { checks: DoctorCheck[]; durationMs: number };
    expect(durationMs).toBeLessThan(5000);
    const found = new Map(checks.map((one) => [one.id, one]));
    expect(found.get('agent')).toMatchObject({
      level: 'error',
      evidence: expect.stringContaining('does not run'),
      remedy: expect.stringContaining('conduit up'),
    });
    for (const id of ['docker', 'memory', 'disk', 'network'])
      expect([id, found.get(id)?.level]).not.toEqual([id, 'unknown']);
    expect(found.get('nginx')).toMatchObject({ level: 'ok' });
    expect(found.get('keys')).toMatchObject({ level: 'unknown', evidence: 'The agent would know.' });
    await agent.restart();
  });
});

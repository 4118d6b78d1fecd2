// The tuning on the real kernel: in a network namespace, whose network parameters are its own, and where /proc/sys is
// read-only. The rest of the kernel is put back by the revert that the test is about.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TuningOutcome, TuningReport, TuningResult } from '../../lib/contract/tuning.ts';
import { run } from '../../lib/host/run.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { waitFor } from '../harness/wait-for.ts';

const NAMESPACE = 'tuneit';
const script = join(import.meta.dirname, '../harness/tune-here.ts');

let root: string;
/** `ip netns exec` brings a mount of /sys of its own, so all of it happens in a mount namespace too. */
async function inNamespace<T>(
  action: 'apply' | 'read' | 'revert',
  { readOnly = false, port = 8081 } = {},
): Promise<T> {
  const command = [process.execPath, script, action, root, String(port)];
  const wrapped = readOnly
    ? [
        'unshare',
        '--mount',
        'sh',
        '-c',
        'mount --bind -o ro /proc/sys /proc/sys && exec "$@"',
        'sh',
        ...command,
      ]
    : command;
  const { stdout } = await run('ip', ['netns', 'exec', NAMESPACE, ...wrapped]);
  return JSON.parse(stdout) as T;
}

async function kernelOf(): Promise<string> {
  const { stdout } = await run(
    'ip',
    ['netns', 'exec', NAMESPACE, 'sysctl', '-a', '--pattern', '^(net|fs|kernel)\\.'],
    {
      okExitCodes: [1, 255],
    },
  );
  // These count or are random at each reading.
  const live =
    /^(fs\.(dentry|file-nr|inode|quota)|kernel\.(random|ns_last_pid|pty\.nr|sched|perf|core_pattern)|net\.netfilter\.nf_conntrack_count|fs\.aio-nr)/;
  return stdout
    .split('\n')
    .filter((line) => !live.test(line))
    .join('\n');
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tuneit-'));
  await run('ip', ['netns', 'del', NAMESPACE], { okExitCodes: [1, 255] });
  await run('ip', ['netns', 'add', NAMESPACE]);
});
afterAll(async () => {
  // After a failure too: some parameters are the whole machine's.
  await inNamespace('revert');
  await run('ip', ['netns', 'del', NAMESPACE]);
  await rm(root, { recursive: true, force: true });
});

describe('the real kernel', () => {
  it('is as it was, byte for byte, after three applies and a revert', async () => {
    const before = await kernelOf();
    const outcomes = await inNamespace<TuningOutcome[]>('apply');
    expect(outcomes.find(({ key }) => key === 'net.core.somaxconn')).toMatchObject({
      outcome: 'applied',
      after: '65535',
    });
    const report = await inNamespace<TuningReport>('read');
    expect(report.rows.filter(({ state }) => state === 'change')).toEqual([]);
    expect(report.verified).toBe(true);
    await inNamespace('apply');
    await inNamespace('apply');
    expect(await kernelOf()).not.toBe(before);
    await inNamespace('revert');
    expect(await kernelOf()).toBe(before);
    expect(await readdir(root)).toEqual([]);
  });

  it('that refuses a value is believed until the next apply, and is not asked again at a start', async () => {
    const outcomes = await inNamespace<TuningOutcome[]>('apply', { port: 70_000 });
    expect(outcomes.find(({ key }) => key === 'net.ipv4.ip_local_reserved_ports')).toMatchObject({
      outcome: 'impossible',
      note: 'this kernel does not take that value',
    });
    const report = await inNamespace<TuningReport>('read', { port: 70_000 });
    expect(report.verified).toBe(true);
    expect(await readFile(join(root, 'etc/sysctl.d/99-zz-conduit.conf'), 'utf8')).not.toContain('70000');
    await inNamespace('revert');
  });

  it('names the parameters that a namespace does not have', async () => {
    const { rows } = await inNamespace<TuningReport>('read');
    expect(rows.find(({ key }) => key === 'net.core.netdev_max_backlog')).toMatchObject({
      state: 'impossible',
      note: 'this kernel, or this network namespace, does not have it',
    });
  });

  it('is left alone where it is read-only, with the reason, and nothing is asked for at the next start', async () => {
    const outcomes = await inNamespace<TuningOutcome[]>('apply', { readOnly: true });
    expect(outcomes.find(({ key }) => key === 'net.core.somaxconn')).toMatchObject({
      outcome: 'impossible',
      note: 'read-only here, as in a container: set it on the machine that hosts this one',
    });
    expect(outcomes.filter(({ outcome }) => outcome === 'applied')).toEqual([]);
    expect(await readFile(join(root, 'etc/sysctl.d/99-zz-conduit.conf'), 'utf8')).not.toContain(' = ');
    await inNamespace('revert');
    expect(await readdir(root)).toEqual([]);
  });
});

describe('the agent', () => {
  let agent: TestAgent;

  beforeAll(async () => {
    // The kernel it may write is a directory without a single parameter.
    agent = await startTestAgent({
      prefix: 'tune',
      env: { CONDUIT_ETC_DIR: join(root, 'etc'), CONDUIT_PROC_SYS: join(root, 'none') },
    });
  });
  afterAll(async () => {
    await agent.dispose();
  });

  it('applies and reverts for the operator, and says who did', async () => {
    const { report } = await agent.client.call('tuning.apply', {});
    expect(report.appliedAt).not.toBeNull();
    expect(report.wanted).toMatchObject({ sessions: 1000, stations: 40 });
    const after: TuningResult = await agent.client.call('tuning.revert', {});
    expect(after.report).toMatchObject({ appliedAt: null, files: [] });
    const { entries } = await agent.client.call('activity.list', {});
    expect(entries.slice(0, 2).map(({ action, actor }) => [action, actor])).toEqual([
      ['tuning.revert', 'root'],
      ['tuning.apply', 'root'],
    ]);
  });

  it('goes on at its start with what was interrupted', async () => {
    await agent.client.call('tuning.apply', {});
    const file = join(agent.stateDir, 'tuning.json');
    const record = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...record, pending: true }));
    expect((await agent.client.call('tuning.get', {})).interrupted).toBe(true);
    await agent.restart();
    await waitFor(
      'the tuning to be gone on with',
      async () => !(await agent.client.call('tuning.get', {})).interrupted,
    );
    const { entries } = await agent.client.call('activity.list', {});
    expect(entries[0]).toMatchObject({ action: 'tuning.resume', actor: 'agent' });
    await agent.client.call('tuning.revert', {});
  });

  it('asks the panel for a session', async () => {
    await expect(agent.panelClient().call('tuning.apply', {})).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });
});

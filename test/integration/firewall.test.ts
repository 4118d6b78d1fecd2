// The real ufw on the rules of a network namespace, with an /etc of its own: this machine's firewall stays as it is.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FirewallReport } from '../../lib/contract/firewall.ts';
import { run } from '../../lib/host/run.ts';

const NAMESPACE = 'fwit';
const script = join(import.meta.dirname, '../harness/firewall-here.ts');
let root: string;

/** Runs a program there; what it writes below /etc stays in the test's directory. */
async function inside(...command: string[]): Promise<string> {
  const overlay = `lowerdir=/etc,upperdir=${root}/etc,workdir=${root}/work`;
  const shell = `mount -t overlay overlay -o ${overlay} /etc && exec "$@"`;
  const { stdout } = await run('ip', [
    'netns',
    'exec',
    NAMESPACE,
    'unshare',
    '--mount',
    'sh',
    '-c',
    shell,
    'sh',
    ...command,
  ]);
  return stdout;
}
const firewall = async (action: string) =>
  JSON.parse(await inside(process.execPath, script, action, root)) as FirewallReport;
const added = async () =>
  (await inside('ufw', 'show', 'added')).split('\n').filter((line) => line.startsWith('ufw '));
/** Of rules the kernel follows: whether a packet to this port is let in. */
const accepts = async (port: string) =>
  (await inside('iptables', '-S', 'ufw-user-input').catch(() => '')).includes(`--dport ${port} `);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fwit-'));
  for (const name of ['etc', 'work', 'state']) await mkdir(join(root, name));
  await run('ip', ['netns', 'del', NAMESPACE], { okExitCodes: [1, 255] });
  await run('ip', ['netns', 'add', NAMESPACE]);
  // As on a server whose administrator moved SSH.
  await inside('sh', '-c', 'mkdir -p /etc/ssh && printf "Port 2222\\n" > /etc/ssh/sshd_config');
});
afterAll(async () => {
  await run('ip', ['netns', 'del', NAMESPACE]);
  await rm(root, { recursive: true, force: true });
});

describe('ufw', () => {
  it('that is off is shown as such, with what would be run: SSH where it really is, before all others', async () => {
    const report = await firewall('show');
    expect(report).toMatchObject({ manager: 'ufw', active: false, applied: false });
    expect(report.commands).toEqual([
      'ufw allow 2222/tcp',
      'ufw allow 443/tcp',
      'ufw allow 443/udp',
      'ufw allow 5566/tcp',
      'ufw allow 5566/udp',
    ]);
  });

  it('gets the rules, and is switched on only when that is asked for', async () => {
    const report = await firewall('apply');
    expect(report).toMatchObject({ active: false, commands: [], applied: true });
    const on = await firewall('enable');
    expect(on.active).toBe(true);
    expect(on.needed.every(({ open }) => open)).toBe(true);
    expect(await accepts('2222')).toBe(true);
    expect(await accepts('443')).toBe(true);
    expect(await accepts('3000')).toBe(false);
  });

  it('changes nothing the second time', async () => {
    const before = await added();
    await firewall('enable');
    expect(await added()).toEqual(before);
  });

  it('is as it was after a revert, its own rules kept', async () => {
    await inside('ufw', 'allow', '8080/tcp');
    expect((await firewall('show')).beyond).toEqual(['allow 8080/tcp']);
    const report = await firewall('revert');
    expect(report).toMatchObject({ active: false, applied: false });
    expect(await added()).toEqual(['ufw allow 8080/tcp']);
    expect(await accepts('443')).toBe(false);
  });

  it('leaves rules alone that were there before us', async () => {
    await inside('ufw', 'allow', '443');
    await firewall('apply');
    await firewall('revert');
    expect(await added()).toEqual(['ufw allow 8080/tcp', 'ufw allow 443']);
  });
});

// The real ufw on the rules of a network namespace, with an /etc of its own: this machine's firewall stays as it is.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FirewallReport } from '../../lib/contract/firewall.ts';
import { CommandError, run } from '../../lib/host/run.ts';

const NAMESPACE = 'fwit';
const script = join(import.meta.dirname, '../harness/firewall-here.ts');
let root: string;

/** Runs a program there; what it writes below /etc stays in the test's directory. */
async function inside(...command: string[]): Promise<string> {
  const overlay = `lowerdir=/etc,upperdir=${root}/etc,workdir=${root}/work`;
  const shell = `mount -t overlay overlay -o ${overlay} /etc && exec "$@"`;
  const args = ['netns', 'exec', NAMESPACE, 'unshare', '--mount', 'sh', '-c', shell, 'sh', ...command];
  // ufw is slow where it is on, and slower on a machine that has other things to do.
  const { stdout } = await run('ip', args, { timeoutMs: 240_000 });
  return stdout;
}
const firewall = async (action: string) =>
  JSON.parse(await inside(process.execPath, script, action, root)) as FirewallReport;
/** What it says when it does not do it. */
const refused = async (action: string) =>
  firewall(action).then(
    () => 'it was done',
    (error: unknown) => (error instanceof CommandError ? error.stderr : String(error)),
  );
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

  it('that the operator switched on himself keeps SSH open after a revert', async () => {
    await firewall('apply');
    await inside('ufw', '--force', 'enable');
    const report = await firewall('revert');
    expect(report).toMatchObject({ active: true, applied: false });
    expect(report.notes.join()).toContain('Our rule for SSH (2222/tcp) stays while ufw is on');
    expect(await added()).toEqual(['ufw allow 8080/tcp', 'ufw allow 2222/tcp']);
    expect(await accepts('2222')).toBe(true);
    expect(await accepts('443')).toBe(false);
    await inside('ufw', 'disable');
    await firewall('revert');
    expect(await added()).toEqual(['ufw allow 8080/tcp']);
  });

  it('is not switched on where SSH might be shut out, and nothing is changed', async () => {
    // For both protocols: ufw itself replaces one rule by another of the same port and protocol.
    for (const rule of ['deny 2222', 'allow 2222/tcp']) await inside('ufw', ...rule.split(' '));
    const before = await added();
    expect(await refused('enable')).toContain('because of your rule `deny 2222`');
    expect(await added()).toEqual(before);
    await inside('ufw', 'delete', 'deny', '2222');
    await inside('ufw', 'delete', 'allow', '2222/tcp');
    expect((await firewall('show')).active).toBe(false);
  });

  it('is not switched on where nobody knows how the operator comes in', async () => {
    await inside('mv', '/etc/ssh/sshd_config', '/etc/ssh/away');
    expect(await refused('enable')).toContain('it cannot be told on which port you come in by SSH');
    await inside('mv', '/etc/ssh/away', '/etc/ssh/sshd_config');
    expect((await firewall('show')).active).toBe(false);
  });

  it('that is off does not hide rules of nftables, which are understood and left alone', async () => {
    // What ufw leaves behind when it is switched off, chains that lead to chains, is not understood, and said so.
    await inside('nft', 'flush ruleset');
    await inside('nft', 'add table inet mine');
    await inside('nft', 'add chain inet mine input { type filter hook input priority 0; policy accept; }');
    await inside('nft', 'add rule inet mine input tcp dport { 2222, 443 } accept');
    await inside('nft', 'add rule inet mine input drop');
    const report = await firewall('show');
    expect(report).toMatchObject({ manager: 'own', active: true, commands: [] });
    expect(report.needed.map(({ port, protocol, open }) => `${port}/${protocol} ${open}`)).toEqual([
      '2222/tcp true',
      '443/tcp true',
      '443/udp false',
      '5566/tcp false',
      '5566/udp false',
    ]);
    expect(await refused('enable')).toContain('two firewalls');
    await inside('nft', 'delete table inet mine');
  });

  it('leaves rules alone that were there before us', async () => {
    await inside('ufw', 'allow', '443');
    await firewall('apply');
    await firewall('revert');
    expect(await added()).toEqual(['ufw allow 8080/tcp', 'ufw allow 443']);
  });
});

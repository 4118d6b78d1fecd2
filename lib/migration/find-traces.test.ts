import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTraces, isTheirCronLine, readSettingsText } from './find-traces.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'traces-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(files: Record<string, string | Buffer>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
}
async function link(name: string, target: string): Promise<void> {
  await mkdir(dirname(join(root, name)), { recursive: true });
  await symlink(target, join(root, name));
}
async function found(): Promise<[string, string][]> {
  const traces = await findTraces({ root, nginxConfig: join(root, 'etc/nginx/nginx.conf') });
  return traces.map(({ path, action }) => [path.slice(root.length + 1), action]);
}

it('is nothing on a server without an older manager', async () => {
  await write({
    'etc/nginx/nginx.conf': '# Written by Conduit Cluster Manager, sha256 0\n',
    'var/spool/cron/crontabs/root': '0 0 * * * backup\n',
    'etc/security/limits.conf': '* soft nofile 1024\n',
  });
  // Ours says so in its first line only with its checksum: this one counts as somebody's.
  expect(await found()).toEqual([['etc/nginx/nginx.conf', 'copy']]);
});

describe('services', () => {
  const V1 = 'ExecStart=/usr/local/bin/conduit start\nExecStop=/usr/local/bin/conduit stop\n';

  it('of systemd go with the links that start them', async () => {
    await write({ 'etc/systemd/system/conduit.service': V1 });
    await link(
      'etc/systemd/system/multi-user.target.wants/conduit.service',
      '/etc/systemd/system/conduit.service',
    );
    await link('etc/systemd/system/multi-user.target.wants/ssh.service', '/lib/systemd/system/ssh.service');
    expect(await found()).toEqual([
      ['etc/systemd/system/conduit.service', 'remove'],
      ['etc/systemd/system/multi-user.target.wants/conduit.service', 'remove'],
    ]);
  });

  it('of another program with the same name are left alone, and its command', async () => {
    await write({
      'etc/systemd/system/conduit.service':
        'ExecStart=/opt/conduit/conduit start --data-dir /var/lib/conduit/data\n',
      'opt/conduit/conduit': Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46]), Buffer.alloc(64)]),
    });
    await link(
      'etc/systemd/system/multi-user.target.wants/conduit.service',
      '/etc/systemd/system/conduit.service',
    );
    await link('usr/local/bin/conduit', '/opt/conduit/conduit');
    expect(await found()).toEqual([
      ['etc/systemd/system/conduit.service', 'keep'],
      ['usr/local/bin/conduit', 'keep'],
    ]);
  });

  it('of OpenRC and SysV go with their links', async () => {
    await write({ 'etc/init.d/conduit': '#!/sbin/openrc-run\nstart() { /usr/local/bin/conduit start; }\n' });
    await link('etc/runlevels/default/conduit', '/etc/init.d/conduit');
    await link('etc/rc2.d/S20conduit', '../init.d/conduit');
    await link('etc/rc0.d/K80conduit', '../init.d/conduit');
    await link('etc/rc2.d/S20cron', '../init.d/cron');
    expect(await found()).toEqual([
      ['etc/init.d/conduit', 'remove'],
      ['etc/runlevels/default/conduit', 'remove'],
      ['etc/rc0.d/K80conduit', 'remove'],
      ['etc/rc2.d/S20conduit', 'remove'],
    ]);
  });

  it('of another init script with the same name are left alone', async () => {
    await write({ 'etc/init.d/conduit': '#!/bin/sh\n/opt/other/conduit\n' });
    expect(await found()).toEqual([['etc/init.d/conduit', 'keep']]);
  });
});

describe('lines of cron', () => {
  it.each([
    '0 0 */2 * * /usr/local/bin/conduit update --auto > /var/log/conduit-autoupdate.log 2>&1',
    '# Conduit v2.0 Health Monitoring',
    '*/5 * * * * /opt/conduit/health-check.sh',
    '*/1 * * * * root /opt/conduit/nginx-watchdog.sh >/dev/null',
  ])('%s is theirs', (line) => {
    expect(isTheirCronLine(line)).toBe(true);
  });

  it.each([
    '0 3 * * * /usr/local/bin/conduit update --auto && reboot',
    '#*/5 * * * * /opt/conduit/health-check.sh',
    '*/5 * * * * /opt/conduit/health-check.sh; backup',
    '*/5 * * * * /opt/conduit/health-check.sh.old',
    '# Conduit v2.0 Health Monitoring, mine',
    '',
  ])('%s is not', (line) => {
    expect(isTheirCronLine(line)).toBe(false);
  });

  it('of Alpine stand in one file under two names', async () => {
    await write({ 'etc/crontabs/root': '*/5 * * * * /opt/conduit/health-check.sh\n' });
    await link('var/spool/cron/crontabs', join(root, 'etc/crontabs'));
    expect(await found()).toEqual([['var/spool/cron/crontabs/root', 'lines']]);
  });
});

it('settings are those of 1.0 where there are no newer ones', async () => {
  await write({ 'opt/conduit/config.env': 'MAX_CLIENTS=1\n' });
  expect(await readSettingsText(root)).toMatchObject({ text: 'MAX_CLIENTS=1\n' });
  await write({ 'opt/conduit/settings.conf': 'MAX_CLIENTS=2\n' });
  expect(await readSettingsText(root)).toMatchObject({ text: 'MAX_CLIENTS=2\n' });
});

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLeftovers, startsV1 } from './leftovers.ts';

let root: string;
function put(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
function link(path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}
const find = () => findLeftovers(join(root, 'etc'));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'left-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('what older managers left', () => {
  it('is nothing on a server of ours', async () => {
    put('etc/crontab', '# /opt/conduit/health-check.sh\n17 * * * * root run-parts /etc/cron.hourly\n');
    put('etc/sysctl.conf', '#net.ipv4.ip_forward=1\n');
    link('usr/local/bin/conduit', '/usr/local/lib/conduit/bin/conduit');
    expect(await find()).toEqual([]);
  });

  it('is a service while it starts with the server, and not once it is disabled as advised', async () => {
    put(
      'etc/systemd/system/conduit-tracker.service',
      '[Service]\nExecStart=/opt/conduit/conduit-tracker.sh\n',
    );
    expect(await find()).toEqual([]);
    const enabled = 'etc/systemd/system/multi-user.target.wants/conduit-tracker.service';
    link(enabled, '/etc/systemd/system/conduit-tracker.service');
    expect((await find()).map(({ remedy }) => remedy)).toEqual([
      '`sudo systemctl disable conduit-tracker.service` (not `stop`).',
    ]);
    rmSync(join(root, enabled));
    expect(await find()).toEqual([]);
  });

  it('is above all the addresses of clients on disk, by their files’ names alone', async () => {
    put('opt/conduit/traffic_stats/cumulative_ips', 'Iran|203.0.113.77\n');
    put('opt/conduit/traffic_stats/geoip_cache.bak', '203.0.113.77|Iran\n');
    put('opt/conduit/traffic_stats/cumulative_data', 'Iran|1|2\n');
    const [found, ...more] = await find();
    expect(more).toEqual([]);
    expect(found?.what).toContain('client addresses');
    expect(found?.remedy).toContain('conduit migrate-to-v2');
    expect(found?.remedy).toContain(`shred -u ${join(root, 'opt/conduit/traffic_stats/cumulative_ips')} `);
    expect(JSON.stringify(found)).not.toContain('203.0.113.77');
  });

  it.each<[string, () => void, boolean]>([
    ['sysctl.d', () => put('etc/sysctl.d/99-conduit-cluster.conf'), true],
    ['sysctl.conf', () => put('etc/sysctl.conf', '# Conduit Cluster\nnet.core.somaxconn=1\n'), true],
    ['limits.conf', () => put('etc/security/limits.conf', '# conduit\n* soft nofile 65535\n'), false],
    ['nginx drop-in', () => put('etc/systemd/system/nginx.service.d/override.conf'), false],
    ['cron.d', () => put('etc/cron.d/conduit', '*/5 * * * * root /opt/conduit/health-check.sh\n'), true],
    [
      'crontab of root',
      () => put('var/spool/cron/crontabs/root', '* * * * * /opt/conduit/nginx-watchdog.sh\n'),
      true,
    ],
    ['command', () => link('usr/local/bin/conduit', '/opt/conduit/conduit'), true],
    ['run level', () => link('etc/rc2.d/S99conduit', '../init.d/conduit'), true],
    ['settings', () => put('opt/conduit/settings.conf', 'MAX_CLIENTS=200\n'), false],
    ['mark', () => put('data_cap_exceeded'), false],
  ])('is found, with what to do where something is to be done: %s', async (_what, make, hasRemedy) => {
    make();
    const found = await find();
    expect(found).toHaveLength(1);
    expect(found[0]?.remedy !== null).toBe(hasRemedy);
  });
});

it('a unit named conduit is told by what it starts', () => {
  expect(startsV1('ExecStart=/usr/local/bin/conduit start\n')).toBe(true);
  expect(startsV1('ExecStart=/opt/conduit/conduit start --data-dir /x\n')).toBe(false);
});

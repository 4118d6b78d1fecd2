import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleSnapshot } from '../../test/fixtures/snapshot.ts';
import type { FirewallReport } from '../contract/firewall.ts';
import type { StationSnapshot } from '../contract/snapshot.ts';
import type { TuningRow } from '../contract/tuning.ts';
import { catalogue, diagnose } from './diagnose.ts';
import { renderTroubleshooting } from './docs.ts';
import type { Facts } from './facts.ts';
import { whoseUnit } from './leftovers.ts';
import { fact } from './read.ts';

const NOW = exampleSnapshot.at;
const calm = {
  ...exampleSnapshot,
  host: { ...exampleSnapshot.host, diskFreeBytes: 50e9, diskTotalBytes: 100e9 },
  balancer: { ...exampleSnapshot.balancer, state: 'running' as const },
  problems: [],
};
const bbr: TuningRow = {
  key: 'net.ipv4.tcp_congestion_control',
  kind: 'kernel',
  reason: 'Keeps its speed on lossy lines.',
  now: 'bbr',
  target: 'bbr',
  after: 'bbr',
  original: null,
  inFile: null,
  boot: null,
  lost: null,
  state: 'right',
  drift: false,
  note: null,
};
const firewall: FirewallReport = {
  manager: 'ufw',
  active: true,
  needed: [{ port: 443, protocol: 'tcp', purpose: 'balancer', open: true }],
  beyond: [],
  beyondWithAddress: 0,
  commands: [],
  notes: [],
  applied: false,
};
const shut = firewall.needed.map((one) => ({ ...one, open: false }));
const healthy: Facts = {
  kernel: { value: '6.1.0-18-amd64' },
  clock: { value: { synchronized: true } },
  pressure: { value: { cpu: 3, memory: 0, io: 1 } },
  openFiles: { value: { used: 2000, max: 2_097_152 } },
  tasks: { value: { used: 900, max: 4_194_304 } },
  conntrack: { value: { used: 1000, max: 524_288 } },
  docker: {
    value: { version: '24.0.7', storageDriver: 'overlay2', cgroupVersion: '2', openFilesLimit: null },
  },
  nginx: { value: { version: '1.22.1', stream: 'module' } },
  programs: { value: [{ name: 'nft', present: true, package: 'nftables', purpose: 'counting needs it' }] },
  listeners: { value: [{ port: 443, protocol: 'tcp', process: 'nginx', pid: 10 }] },
  network: { value: { interface: 'eth0', ipv4: true, ipv6: false } },
  forwarding: { value: true },
  wayOut: { value: { station: 1, leads: true } },
  firewall: { value: firewall },
  leftovers: { value: [] },
  keys: { value: { checked: 2, alarms: [] } },
  tuning: {
    value: {
      rows: [bbr],
      appliedAt: 1,
      interrupted: false,
      verified: true,
      files: [],
      wanted: { sessions: 1, stations: 1, memoryBytes: 1 },
    },
  },
  snapshot: { value: calm },
  wanted: {
    open: [{ port: 443, protocol: 'tcp' }],
    ports: [443, 5566],
    loopbackPorts: [8081, 8082],
    openFiles: 65_535,
  },
};
const level = (id: string, change: Partial<Facts>) => of(id, change)?.level;
const of = (id: string, change: Partial<Facts>) =>
  diagnose({ ...healthy, ...change }).find((one) => one.id === id);

function station(index: number, change: Partial<StationSnapshot>): StationSnapshot {
  const [first] = exampleSnapshot.stationList;
  if (first === undefined) throw new Error('the example has stations');
  return {
    ...first,
    index,
    state: 'running',
    rotation: 'in',
    live: true,
    startedAt: NOW - 3_600_000,
    ...change,
  };
}
const tuned = (change: Partial<TuningRow>): Partial<Facts> => {
  if (!('value' in healthy.tuning)) throw new Error('a healthy host has its tuning');
  return { tuning: { value: { ...healthy.tuning.value, verified: false, rows: [{ ...bbr, ...change }] } } };
};
const withStations = (...stationList: StationSnapshot[]): Partial<Facts> => ({
  snapshot: { value: { ...calm, stationList } },
});

describe('the doctor', () => {
  it('finds nothing on a healthy host', () => {
    const bad = diagnose(healthy).filter((one) => one.level !== 'ok');
    expect(bad).toEqual([]);
  });

  it.each<[string, string, Partial<Facts>]>([
    ['kernel', 'warning', { kernel: { value: '3.10.0-1160.el7' } }],
    ['clock', 'warning', { clock: { value: { synchronized: false } } }],
    ['pressure', 'warning', { pressure: { value: { cpu: 3, memory: 25, io: 1 } } }],
    ['conntrack', 'warning', { conntrack: { value: { used: 85, max: 100 } } }],
    ['conntrack', 'error', { conntrack: { value: { used: 96, max: 100 } } }],
    ['open-files', 'warning', { openFiles: { value: { used: 90, max: 100 } } }],
    ['docker', 'error', { docker: { unknown: 'cannot connect' } }],
    [
      'docker',
      'warning',
      {
        docker: {
          value: { version: '24.0.7', storageDriver: 'vfs', cgroupVersion: '2', openFilesLimit: null },
        },
      },
    ],
    [
      'docker',
      'note',
      {
        docker: {
          value: {
            version: '20.10.24+dfsg1',
            storageDriver: 'overlay2',
            cgroupVersion: '2',
            openFilesLimit: null,
          },
        },
      },
    ],
    [
      'docker-open-files',
      'note',
      {
        docker: {
          value: { version: '24.0.7', storageDriver: 'overlay2', cgroupVersion: '2', openFilesLimit: 20_000 },
        },
      },
    ],
    ['nginx', 'error', { nginx: { unknown: 'no stream module' } }],
    [
      'ports',
      'error',
      { listeners: { value: [{ port: 5566, protocol: 'udp', process: 'turnserver', pid: 7 }] } },
    ],
    [
      'loopback-ports',
      'warning',
      { listeners: { value: [{ port: 8082, protocol: 'tcp', process: 'python3', pid: 7 }] } },
    ],
    [
      'loopback-ports',
      'ok',
      { listeners: { value: [{ port: 8082, protocol: 'tcp', process: 'docker-proxy', pid: 7 }] } },
    ],
    ['network', 'error', { network: { value: { interface: null, ipv4: false, ipv6: false } } }],
    ['stations-online', 'error', { forwarding: { value: false } }],
    ['stations-online', 'error', { wayOut: { value: { station: 4, leads: false } } }],
    ['stations-online', 'warning', withStations(station(1, { live: false }), station(2, {}))],
    ['stations-online', 'error', withStations(station(1, { live: false }), station(2, { live: false }))],
    ['stations-online', 'ok', withStations(station(1, { live: false, startedAt: NOW - 10_000 }))],
    [
      'spread',
      'warning',
      withStations(
        station(1, { connected: 300 }),
        station(2, { connected: 300 }),
        station(3, { connected: 20 }),
      ),
    ],
    ['spread', 'ok', withStations(station(1, { connected: 100 }), station(2, { connected: 130 }))],
    ['spread', 'ok', withStations(station(1, { connected: 9 }), station(2, { connected: 0 }))],
    [
      'keys',
      'error',
      { keys: { value: { checked: 2, alarms: [{ station: 2, alarm: 'the file is empty' }] } } },
    ],
    ['leftovers', 'warning', { leftovers: { value: [{ path: '/etc/init.d/conduit', what: 'starts it' }] } }],
    ['firewall', 'error', { firewall: { value: { ...firewall, needed: shut } } }],
    ['tuning', 'warning', tuned({ lost: 'our file does not set it any more' })],
    ['tuning', 'warning', tuned({ state: 'change', after: 'bbr', now: 'cubic' })],
    ['kernel', 'unknown', { kernel: { unknown: 'no answer within 4 s' } }],
  ])('%s is %s', (id, expected, change) => {
    expect(level(id, change)).toBe(expected);
  });

  it('takes over what the agent itself sees, whatever it is', () => {
    const problem = {
      code: 'disk-low',
      severity: 'warning' as const,
      title: 'The disk is nearly full',
      detail: 'Little is free.',
      remedy: 'Free some space.',
      station: null,
    };
    const seen = (code: string, severity: 'info' | 'warning' | 'critical') =>
      ({
        snapshot: { value: { ...calm, problems: [{ ...problem, code, severity }] } },
      }) as Partial<Facts>;
    expect(of('disk', seen('disk-low', 'warning'))).toMatchObject({
      level: 'warning',
      evidence: 'The disk is nearly full. Little is free.',
      remedy: 'Free some space.',
    });
    expect(level('balancer', seen('port-taken', 'critical'))).toBe('error');
    expect(level('other', seen('something-new', 'critical'))).toBe('error');
    expect(level('other', seen('disk-low', 'warning'))).toBe('ok');
    expect(of('balancer', seen('balancer-drift', 'warning'))?.fix).toBe('balancer.apply');
  });

  it('names the file that undoes the tuning at the next start, since tuning again does not help', () => {
    const found = of(
      'tuning',
      tuned({
        lost: '/etc/sysctl.d/99-zzz.conf sets reno',
        boot: { value: 'reno', path: '/etc/sysctl.d/99-zzz.conf' },
      }),
    );
    expect(found).toMatchObject({ remedy: 'Take these lines out of /etc/sysctl.d/99-zzz.conf.', fix: null });
  });

  it('says of every check what one notices and what to do', () => {
    expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
    for (const { symptom, ways } of catalogue) {
      expect(symptom).toMatch(/[.;]$/);
      expect(ways.length).toBeGreaterThan(0);
    }
  });

  it('is what docs/troubleshooting.md says', () => {
    const file = join(import.meta.dirname, '../../docs/troubleshooting.md');
    expect(readFileSync(file, 'utf8')).toBe(renderTroubleshooting());
  });
});

describe('a fact', () => {
  it('that hangs or fails is unknown', async () => {
    expect(await fact(() => new Promise(() => undefined), 20)).toEqual({
      unknown: 'no answer within 0.02 s',
    });
    const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
    expect(await fact(() => Promise.reject(denied))).toEqual({ unknown: 'it could not be read (EACCES)' });
    await expect(fact(() => Promise.reject(new TypeError('a defect')))).rejects.toThrow('a defect');
  });
});

describe('a unit named conduit', () => {
  it('is told by what it starts', () => {
    expect(whoseUnit('ExecStart=/usr/local/bin/conduit start\n')).toContain('conduit-manager 1.x');
    expect(whoseUnit('ExecStart=/opt/conduit/conduit start --data-dir /x\n')).toContain('another program');
  });
});

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
import { fact, oneAtATime } from './read.ts';

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
const engine = {
  version: '24.0.7',
  storageDriver: 'overlay2',
  cgroupVersion: '2',
  openFilesLimit: null,
  rootDir: '/var/lib/docker',
  disk: { freeBytes: 50e9, totalBytes: 100e9 },
};
const FULL = { freeBytes: 1e9, totalBytes: 100e9 };
const REACHED = { tcp: true, udp: true, route: true };
const NOTHING = { tcp: false, udp: false, route: true };
const out = (reach: Partial<typeof REACHED>, server: Partial<typeof REACHED> = {}): Partial<Facts> => ({
  wayOut: {
    value: {
      server: { ...REACHED, ...server },
      stations: [{ station: 4, reach: { ...REACHED, ...reach } }],
    },
  },
});
const listener = (
  port: number,
  protocol: 'tcp' | 'udp',
  process: string,
  forwardsTo: string | null = null,
) => ({
  value: [{ port, protocol, process, pid: 7, forwardsTo }],
});
const healthy: Facts = {
  agent: { value: { pid: 4711 } },
  kernel: { value: '6.1.0-18-amd64' },
  clock: { value: { synchronized: true } },
  pressure: { value: { cpu: 3, memory: 0, io: 1 } },
  openFiles: { value: { used: 2000, max: 2_097_152 } },
  tasks: { value: { used: 900, max: 4_194_304, limit: 'kernel.pid_max' } },
  conntrack: { value: { used: 1000, max: 524_288 } },
  docker: {
    value: engine,
  },
  nginx: { value: { version: '1.22.1', stream: 'module' } },
  programs: { value: [{ name: 'nft', present: true, package: 'nftables', purpose: 'counting needs it' }] },
  listeners: listener(443, 'tcp', 'nginx'),
  logDisk: { value: { freeBytes: 50e9, totalBytes: 100e9 } },
  network: { value: { interface: 'eth0', ipv4: true, ipv6: false } },
  forwarding: { value: true },
  wayOut: { value: { server: REACHED, stations: [{ station: 1, reach: REACHED }] } },
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
  host: { value: calm },
  wanted: {
    open: [{ port: 443, protocol: 'tcp' }],
    ports: [443, 5566],
    loopbackPorts: [8081, 8082],
    addresses: ['172.30.0.11', '172.30.0.12'],
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
    ['docker', 'warning', { docker: { value: { ...engine, storageDriver: 'vfs' } } }],
    ['docker', 'note', { docker: { value: { ...engine, version: '20.10.24+dfsg1' } } }],
    ['docker-open-files', 'note', { docker: { value: { ...engine, openFilesLimit: 20_000 } } }],
    ['nginx', 'error', { nginx: { unknown: 'no stream module' } }],
    ['ports', 'error', { listeners: listener(5566, 'udp', 'turnserver') }],
    ['loopback-ports', 'warning', { listeners: listener(8082, 'tcp', 'python3') }],
    ['loopback-ports', 'ok', { listeners: listener(8082, 'tcp', 'docker-proxy') }],
    ['loopback-ports', 'ok', { listeners: listener(8082, 'tcp', 'docker-proxy', '172.30.0.12') }],
    ['loopback-ports', 'warning', { listeners: listener(8082, 'tcp', 'docker-proxy', '172.17.0.2') }],
    ['disk', 'warning', { docker: { value: { ...engine, disk: FULL } } }],
    ['disk', 'warning', { logDisk: { value: FULL } }],
    ['tasks', 'warning', { tasks: { value: { used: 450, max: 500, limit: 'kernel.threads-max' } } }],
    ['network', 'error', { network: { value: { interface: null, ipv4: false, ipv6: false } } }],
    ['stations-online', 'error', { forwarding: { value: false } }],
    ['stations-online', 'error', out(NOTHING)],
    ['stations-online', 'error', out({ ...NOTHING, route: false })],
    ['stations-online', 'warning', out({ udp: false })],
    ['stations-online', 'ok', out(NOTHING, NOTHING)],
    ['stations-online', 'ok', out({ udp: false }, { udp: false })],
    ['stations-online', 'ok', { wayOut: { unknown: 'no answer within 4 s' } }],
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
    [
      'leftovers',
      'warning',
      { leftovers: { value: [{ path: '/etc/x', what: 'starts it', remedy: 'Remove it.' }] } },
    ],
    ['leftovers', 'note', { leftovers: { value: [{ path: '/etc/x', what: 'no harm', remedy: null }] } }],
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
    const seen = (code: string, severity: 'info' | 'warning' | 'critical'): Partial<Facts> => {
      const snapshot = { value: { ...calm, problems: [{ ...problem, code, severity }] } };
      return { snapshot, host: snapshot };
    };
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

  it('says what to do about the cause that it saw', () => {
    expect(of('stations-online', { forwarding: { value: false } })?.remedy).toContain('ip_forward=1');
    expect(of('stations-online', out({ ...NOTHING, route: false }))?.remedy).toContain('conduit restart 4');
    expect(of('stations-online', out(NOTHING))?.remedy).toContain('DEFAULT_FORWARD_POLICY');
    expect(of('stations-online', out(NOTHING))?.remedy).not.toContain('ip_forward');
    expect(
      of('loopback-ports', { listeners: listener(8082, 'tcp', 'docker-proxy', '172.17.0.2') })?.remedy,
    ).toContain('docker ps --filter publish=8082');
    expect(of('disk', { logDisk: { value: FULL } })?.evidence).toContain('/var/log');
    const opened = { ...firewall, needed: shut, commands: ['ufw allow 443/tcp'] };
    expect(of('firewall', { firewall: { value: opened } })?.fix).toBe('firewall.apply');
    expect(of('firewall', { firewall: { value: { ...firewall, needed: shut } } })?.fix).toBeNull();
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
    let aborted = false;
    await fact(
      (signal) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            aborted = true;
          });
        }),
      20,
    );
    expect(aborted).toBe(true);
    const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
    expect(await fact(() => Promise.reject(denied))).toEqual({ unknown: 'it could not be read (EACCES)' });
    await expect(fact(() => Promise.reject(new TypeError('a defect')))).rejects.toThrow('a defect');
  });
});

describe('a reading that hangs', () => {
  it('is not begun a second time until it is over', async () => {
    let begun = 0;
    let end: (value: number) => void = () => undefined;
    const read = oneAtATime(() => {
      begun += 1;
      return new Promise<number>((resolve) => {
        end = resolve;
      });
    });
    const both = [read(), read()];
    expect(begun).toBe(1);
    end(7);
    expect(await Promise.all(both)).toEqual([7, 7]);
    void read();
    expect(begun).toBe(2);
  });
});

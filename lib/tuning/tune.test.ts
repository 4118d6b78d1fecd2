// Against a throw-away root: real files, values of any kind. The real kernel is in test/integration/tuning.test.ts.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakePrograms, fakePrograms } from '../../test/harness/fake-programs.ts';
import { run } from '../host/run.ts';
import { parametersFor, type Wanted } from './catalogue.ts';
import type { TuningPlace } from './place.ts';
import { readRecord } from './record.ts';
import { resumeTuning } from './resume.ts';
import { revertTuning } from './revert.ts';
import { joinPorts } from './rules.ts';
import { applyTuning, readTuning } from './tune.ts';

// Each starts programs, which takes its time on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

const WANTED: Wanted = {
  sessions: 40_000,
  stations: 40,
  ports: [443, 5566, 8081, 8082],
  memoryBytes: 16 * 1024 ** 3,
  cores: 2,
};
const CHOICES = 'net.ipv4.tcp_available_congestion_control';
const STOCK: Record<string, string> = {
  'net.core.somaxconn': '4096',
  'net.core.default_qdisc': 'pfifo_fast',
  'net.ipv4.ip_local_port_range': '32768\t60999',
  'net.ipv4.ip_local_reserved_ports': '',
  'net.ipv4.tcp_congestion_control': 'cubic',
  [CHOICES]: 'reno cubic bbr',
  'net.ipv4.tcp_fin_timeout': '60',
  'net.ipv4.tcp_rmem': '4096\t131072\t6291456',
  'fs.file-max': '9223372036854775807',
};

let root: string;
let place: TuningPlace;
let programs: FakePrograms;
const fileOf = (key: string) => join(place.procSys, ...key.split('.'));
const ours = () => join(place.etcDir, 'sysctl.d/99-zz-conduit.conf');

function set(values: Record<string, string>): void {
  for (const [key, value] of Object.entries(values)) {
    mkdirSync(dirname(fileOf(key)), { recursive: true });
    writeFileSync(fileOf(key), `${value}\n`);
  }
}
const get = (key: string) => readFileSync(fileOf(key), 'utf8').trim();
const row = async (key: string) => {
  const found = (await readTuning(place, WANTED)).rows.find((one) => one.key === key);
  if (found === undefined) throw new Error(`no row for ${key}`);
  return found;
};

/** Every file below the root with its bytes and mode. */
function picture(): Record<string, string> {
  const names = readdirSync(root, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, entry.isFile() ? `${statSync(path).mode} ${readFileSync(path, 'hex')}` : 'directory'];
    }),
  );
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tune-'));
  place = {
    procSys: join(root, 'sys'),
    etcDir: join(root, 'etc'),
    runDir: join(root, 'run'),
    recordPath: join(root, 'state/tuning.json'),
  };
  mkdirSync(place.etcDir);
  mkdirSync(dirname(place.recordPath));
  mkdirSync(join(place.etcDir, 'systemd/system'), { recursive: true });
  programs = fakePrograms();
  set(STOCK);
});
afterEach(() => {
  programs.remove();
  rmSync(root, { recursive: true, force: true });
});

describe('an apply', () => {
  it('sets what is worse, keeps what is better, and says what is not here', async () => {
    const outcomes = await applyTuning(place, WANTED, 1000);
    const of = (key: string) => outcomes.find((one) => one.key === key)?.outcome;
    expect(get('net.core.somaxconn')).toBe('65535');
    expect(get('net.ipv4.ip_local_port_range')).toBe('1024 65535');
    expect(get('net.ipv4.ip_local_reserved_ports')).toBe('5566,8081-8082');
    expect(get('net.ipv4.tcp_congestion_control')).toBe('bbr');
    expect(get('fs.file-max')).toBe(STOCK['fs.file-max']);
    expect(of('net.core.somaxconn')).toBe('applied');
    expect(of('fs.file-max')).toBe('kept');
    expect(outcomes.find(({ key }) => key === 'net.core.wmem_max')).toMatchObject({
      outcome: 'impossible',
      note: 'this kernel, or this network namespace, does not have it',
    });
    const text = readFileSync(ours(), 'utf8');
    expect(text).toContain('net.core.somaxconn = 65535');
    expect(text).not.toMatch(/^fs\.file-max|^net\.core\.wmem_max/m);
    expect(await row('net.core.somaxconn')).toMatchObject({
      state: 'right',
      original: '4096',
      inFile: '65535',
    });
    expect((await readTuning(place, WANTED)).verified).toBe(true);
  });

  it('changes nothing the second time', async () => {
    await applyTuning(place, WANTED, 1000);
    const before = picture();
    const again = await applyTuning(place, WANTED, 1000);
    expect(again.filter(({ outcome }) => outcome === 'applied')).toEqual([]);
    expect(picture()).toEqual(before);
  });

  it('follows a smaller target down to what the host had', async () => {
    set({ 'net.netfilter.nf_conntrack_max': '65536' });
    await applyTuning(place, { ...WANTED, sessions: 200_000 }, 1000);
    expect(get('net.netfilter.nf_conntrack_max')).toBe('2097152');
    await applyTuning(place, WANTED, 2000);
    expect(get('net.netfilter.nf_conntrack_max')).toBe('524288');
  });

  it('names the choices of a kernel without BBR', async () => {
    set({ [CHOICES]: 'reno cubic' });
    expect(await row('net.ipv4.tcp_congestion_control')).toMatchObject({
      state: 'impossible',
      after: 'cubic',
      note: 'this kernel has no bbr (it has reno, cubic), and no module for it',
    });
  });

  it('changes nothing where its file cannot be written', async () => {
    writeFileSync(join(place.etcDir, 'sysctl.d'), 'a file where the directory should be');
    const before = picture();
    await expect(applyTuning(place, WANTED, 1000)).rejects.toThrow(
      /cannot be written .*the kernel was not changed/,
    );
    expect(picture()).toEqual(before);
  });
});

describe('what others do', () => {
  it('is shown as drift, and put right by the next apply', async () => {
    await applyTuning(place, WANTED, 1000);
    set({ 'net.core.somaxconn': '100' });
    expect(await row('net.core.somaxconn')).toMatchObject({
      drift: true,
      state: 'change',
      note: 'was 65535 after our last apply; something else changed it since',
    });
    expect((await readTuning(place, WANTED)).verified).toBe(false);
    await applyTuning(place, WANTED, 2000);
    expect(await row('net.core.somaxconn')).toMatchObject({ drift: false, state: 'right', now: '65535' });
  });

  it('stays when it is better', async () => {
    await applyTuning(place, WANTED, 1000);
    set({ 'net.core.somaxconn': '1000000' });
    await applyTuning(place, WANTED, 2000);
    expect(get('net.core.somaxconn')).toBe('1000000');
  });

  it('names the file that wins at the next start', async () => {
    await applyTuning(place, WANTED, 1000);
    writeFileSync(join(place.etcDir, 'sysctl.d/99-zzz.conf'), 'net/core/somaxconn=128\n');
    const { boot } = await row('net.core.somaxconn');
    expect(boot).toEqual({ value: '128', path: join(place.etcDir, 'sysctl.d/99-zzz.conf') });
    expect((await readTuning(place, WANTED)).verified).toBe(false);
    // One that does as well does no harm.
    writeFileSync(join(place.etcDir, 'sysctl.d/99-zzz.conf'), 'net/core/somaxconn=100000\n');
    expect((await readTuning(place, WANTED)).verified).toBe(true);
  });

  it('to our own file is seen, although the kernel is as wanted, and the next apply puts it right', async () => {
    await applyTuning(place, WANTED, 1000);
    const text = readFileSync(ours(), 'utf8');
    for (const [change, lost] of [
      [
        (old: string) => old.replace('somaxconn = 65535', 'somaxconn = 100'),
        'our file was changed: it sets 100 at the next start',
      ],
      [(old: string) => old.replace(/^net.core.somaxconn.*$/m, ''), 'our file does not set it any more'],
    ] as const) {
      writeFileSync(ours(), change(text));
      expect(await row('net.core.somaxconn')).toMatchObject({ now: '65535', lost });
      expect((await readTuning(place, WANTED)).verified).toBe(false);
      await applyTuning(place, WANTED, 2000);
      expect(readFileSync(ours(), 'utf8')).toBe(text);
      expect((await readTuning(place, WANTED)).verified).toBe(true);
    }
  });
});

describe('a revert', () => {
  it('leaves every file and value as it was, after three applies', async () => {
    const before = picture();
    await applyTuning(place, WANTED, 1000);
    await applyTuning(place, { ...WANTED, sessions: 80_000 }, 2000);
    await applyTuning(place, { ...WANTED, stations: 2000, ports: [8443] }, 3000);
    await revertTuning(place);
    expect(picture()).toEqual(before);
  });

  it('puts back a file of the same name that was there before', async () => {
    mkdirSync(dirname(ours()));
    writeFileSync(ours(), '# mine\n');
    const before = picture();
    await applyTuning(place, WANTED, 1000);
    await revertTuning(place);
    expect(picture()).toEqual(before);
  });

  it('has nothing to do where nothing was applied', async () => {
    const before = picture();
    expect(await revertTuning(place)).toEqual([]);
    expect(picture()).toEqual(before);
  });

  it('undoes any number of applies over any values', { timeout: 120_000 }, async () => {
    const words = (...few: string[]) => fc.constantFrom(...few);
    const number = fc.nat().map(String);
    const port = fc.integer({ min: 1, max: 65_535 });
    const values = fc.record(
      Object.fromEntries(
        parametersFor(WANTED).map(({ key, rule }) => {
          if (rule.kind === 'exactly') return [key, words('0', '1', 'cubic', 'pfifo_fast', rule.value)];
          if (rule.kind === 'span') return [key, fc.tuple(port, port).map((both) => both.join('\t'))];
          if (rule.kind === 'ports')
            return [key, fc.array(port, { maxLength: 4 }).map((list) => joinPorts(list))];
          if (rule.kind === 'eachAtLeast')
            return [key, fc.tuple(number, number, number).map((all) => all.join('\t'))];
          return [key, number];
        }),
      ),
      { requiredKeys: [] },
    );
    programs.put('modprobe', '[ "$1" = -D ] && echo "insmod /lib/modules/$2.ko"');
    programs.put('systemctl', '[ "$1" != show ] || printf "LoadState=loaded\\nLimitNOFILE=4096\\n"');
    const wishes = fc.array(
      fc.record({
        sessions: fc.integer({ min: 100, max: 1_000_000 }),
        stations: fc.integer({ min: 1, max: 10_000 }),
      }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(values, wishes, async (start, list) => {
        rmSync(place.procSys, { recursive: true, force: true });
        // Modules are listed for the next start, and services get their drop-ins.
        mkdirSync(join(place.runDir, 'systemd/system'), { recursive: true });
        set({ ...STOCK, ...(start as Record<string, string>) });
        const before = picture();
        for (const wish of list) await applyTuning(place, { ...WANTED, ...wish }, 1000);
        await revertTuning(place);
        expect(picture()).toEqual(before);
      }),
      { numRuns: 10 },
    );
  });
});

describe('a failure', { timeout: 30_000 }, () => {
  it('in a revert keeps on record what the kernel did not take, until it does', async () => {
    const before = picture();
    await applyTuning(place, WANTED, 1000);
    // A directory in the key's place is what root cannot write either.
    rmSync(fileOf('net.core.somaxconn'));
    mkdirSync(fileOf('net.core.somaxconn'));
    const outcomes = await revertTuning(place);
    expect(outcomes.filter(({ outcome }) => outcome === 'impossible').map(({ key }) => key)).toEqual([
      'net.core.somaxconn',
    ]);
    expect(get('net.ipv4.tcp_fin_timeout')).toBe('60');
    expect((await readRecord(place.recordPath))?.originals['net.core.somaxconn']).toBe('4096');
    rmSync(fileOf('net.core.somaxconn'), { recursive: true });
    set({ 'net.core.somaxconn': '65535' });
    await revertTuning(place);
    expect(picture()).toEqual(before);
  });
});

describe('a crash', { timeout: 60_000 }, () => {
  /** An apply or a revert in a process that is killed when systemd is told of the new files: before the kernel. */
  async function killed(action: 'apply' | 'revert'): Promise<void> {
    mkdirSync(join(place.runDir, 'systemd/system'), { recursive: true });
    programs.put(
      'systemctl',
      'case "$1" in show) printf "LoadState=loaded\\nLimitNOFILE=4096\\n" ;; daemon-reload) kill -9 $PPID ;; esac',
    );
    const script = join(import.meta.dirname, '../../test/harness/tune-here.ts');
    const ended = run(process.execPath, [script, action, root, '8081', place.procSys]);
    await expect(ended).rejects.toMatchObject({ signal: 'SIGKILL' });
    programs.put('systemctl', 'case "$1" in show) echo LoadState=not-found ;; esac');
  }

  it('between the files and the kernel is seen, and the next start of the agent goes on', async () => {
    await killed('apply');
    expect(readFileSync(ours(), 'utf8')).toContain('net.core.somaxconn = 65535');
    expect(get('net.core.somaxconn')).toBe('4096');
    const report = await readTuning(place, WANTED);
    expect(report).toMatchObject({ interrupted: true, verified: false });
    expect(report.rows.some(({ drift }) => drift)).toBe(false);

    expect((await resumeTuning(place, WANTED, 2000)).what).toBe('apply');
    expect(get('net.core.somaxconn')).toBe('65535');
    expect(await readTuning(place, WANTED)).toMatchObject({ interrupted: false, verified: true });
  });

  it('in the middle of an apply can be reverted, and one in the middle of a revert gone on with', async () => {
    mkdirSync(join(place.runDir, 'systemd/system'), { recursive: true });
    const before = picture();
    await killed('apply');
    await revertTuning(place);
    expect(picture()).toEqual(before);
    await killed('apply');
    await killed('revert');
    expect((await readTuning(place, WANTED)).interrupted).toBe(true);
    expect((await resumeTuning(place, WANTED, 2000)).what).toBe('revert');
    expect(picture()).toEqual(before);
  });
});

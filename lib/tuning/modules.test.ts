// Modules of the kernel, with a modprobe that makes and removes the keys of a throw-away kernel.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type FakePrograms, fakePrograms } from '../../test/harness/fake-programs.ts';
import type { TuningPlace } from './place.ts';
import { resumeTuning } from './resume.ts';
import { revertTuning } from './revert.ts';
import { applyTuning, readTuning } from './tune.ts';

// Each starts programs, which takes its time on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

const WANTED = { sessions: 40_000, stations: 40, ports: [443], memoryBytes: 16 * 1024 ** 3, cores: 2 };
const MAX = 'net.netfilter.nf_conntrack_max';
const listed = () => readFileSync(join(place.etcDir, 'modules-load.d/conduit.conf'), 'utf8');

let root: string;
let place: TuningPlace;
let programs: FakePrograms;
const fileOf = (key: string) => join(place.procSys, ...key.split('.'));
const get = (key: string) => readFileSync(fileOf(key), 'utf8').trim();
function set(key: string, value: string): void {
  mkdirSync(dirname(fileOf(key)), { recursive: true });
  writeFileSync(fileOf(key), `${value}\n`);
}

/** As the kernel is after its start, before anything has loaded a module. */
function bootHost(id: string): void {
  rmSync(join(root, 'modules'), { force: true });
  rmSync(place.procSys, { recursive: true, force: true });
  set('kernel.random.boot_id', id);
  set('net.core.somaxconn', '4096');
}
const loads = (module: string) => {
  writeFileSync(join(root, 'modules'), `${module} 180224 5 - Live 0x0000000000000000\n`);
  set(MAX, '65536');
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mods-'));
  place = {
    procSys: join(root, 'sys'),
    etcDir: join(root, 'etc'),
    runDir: join(root, 'run'),
    recordPath: join(root, 'state/tuning.json'),
  };
  programs = fakePrograms();
  programs.put(
    'modprobe',
    `case "$*" in
      "-D nf_conntrack") echo "insmod /lib/modules/6.1/nf_conntrack.ko" ;;
      nf_conntrack) echo "nf_conntrack 180224 0 - Live 0x0" > ${root}/modules
        mkdir -p ${root}/sys/net/netfilter && echo 65536 > ${root}/sys/net/netfilter/nf_conntrack_max ;;
      "-D sch_fq") echo "builtin sch_fq" ;;
      *) exit 1 ;;
    esac`,
  );
  bootHost('first');
});
afterEach(() => {
  programs.remove();
  rmSync(root, { recursive: true, force: true });
});

it('one that Docker has loaded already is loaded at each start too, before the values are set', async () => {
  loads('nf_conntrack');
  set('net.core.default_qdisc', 'pfifo_fast');
  await applyTuning(place, WANTED, 1000);
  expect(get(MAX)).toBe('524288');
  expect(
    listed()
      .split('\n')
      .filter((line) => !line.startsWith('#')),
  ).toEqual(['nf_conntrack', '']);
  expect((await readTuning(place, WANTED)).verified).toBe(true);
  rmSync(join(place.etcDir, 'modules-load.d/conduit.conf'));
  const report = await readTuning(place, WANTED);
  expect(report.verified).toBe(false);
  expect(report.rows.find(({ key }) => key === MAX)?.lost).toBe(
    'the module nf_conntrack is not loaded in time at the next start',
  );
  await revertTuning(place);
  expect(existsSync(join(place.etcDir, 'modules-load.d'))).toBe(false);
});

it('one that is built in is in no list', async () => {
  programs.put('modprobe', '[ "$1" = -D ] && echo "builtin $2"');
  set(MAX, '65536');
  await applyTuning(place, WANTED, 1000);
  expect(get(MAX)).toBe('524288');
  expect(existsSync(join(place.etcDir, 'modules-load.d'))).toBe(false);
});

it('one that came too late at a start has its values set again, once', async () => {
  loads('nf_conntrack');
  await applyTuning(place, WANTED, 1000);
  bootHost('second');
  // As systemd-sysctl leaves it: what was there is set, what was not is not.
  set('net.core.somaxconn', '65535');
  expect(await resumeTuning(place, WANTED, 2000)).toEqual({
    what: 'lost at the start',
    outcomes: [{ key: MAX, before: '65536', after: '524288', outcome: 'applied', note: null }],
  });
  expect(get(MAX)).toBe('524288');
  expect((await readTuning(place, WANTED)).rows.filter(({ drift }) => drift)).toEqual([]);
  // Later changes are somebody's own.
  set(MAX, '100000');
  expect((await resumeTuning(place, WANTED, 3000)).what).toBe('nothing');
  expect(get(MAX)).toBe('100000');
});

it('what a file of the operator sets at the start stays his', async () => {
  await applyTuning(place, WANTED, 1000);
  writeFileSync(join(place.etcDir, 'sysctl.d/99-zzz.conf'), 'net.core.somaxconn=128\n');
  bootHost('second');
  set('net.core.somaxconn', '128');
  await resumeTuning(place, WANTED, 2000);
  expect(get('net.core.somaxconn')).toBe('128');
});

it('one that an apply loaded before it failed is not forgotten: a revert unloads it', async () => {
  const modprobe = readFileSync(join(programs.directory, 'modprobe'), 'utf8');
  programs.put('modprobe', 'exit 1');
  await applyTuning(place, WANTED, 1000);
  programs.put('modprobe', `echo "$*" >> ${root}/asked\n${modprobe}`);
  writeFileSync(join(place.etcDir, 'modules-load.d'), 'a file where the directory should be');
  await expect(applyTuning(place, WANTED, 2000)).rejects.toThrow(/cannot be written/);
  expect(await readTuning(place, WANTED)).toMatchObject({ interrupted: true, verified: false });
  await revertTuning(place);
  expect(readFileSync(join(root, 'asked'), 'utf8')).toContain('-r nf_conntrack');
  expect(get('net.core.somaxconn')).toBe('4096');
});

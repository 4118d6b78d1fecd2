// Limits of services under a systemd that is a script: what it is told is what a real one would read from the drop-in.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type FakePrograms, fakePrograms } from '../../test/harness/fake-programs.ts';
import { planLimits } from './limits.ts';
import type { TuningPlace } from './place.ts';
import { revertTuning } from './revert.ts';
import { applyTuning, readTuning } from './tune.ts';

// Each starts programs, which takes its time on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

const WANTED = { sessions: 40_000, stations: 40, ports: [443], memoryBytes: 16 * 1024 ** 3, cores: 2 };
const KEY = 'docker.service LimitNOFILE';

let root: string;
let place: TuningPlace;
let programs: FakePrograms;
let service: ChildProcess;
const dropIn = () => join(place.etcDir, 'systemd/system/docker.service.d/50-conduit.conf');
const row = async () => (await planLimits(place)).find(({ key }) => key === KEY);

/** The service as it is after a start with this limit. */
function startService(limit: number): void {
  service?.kill('SIGKILL');
  service = spawn('prlimit', [`--nofile=${limit}:${limit}`, 'sleep', '600'], { stdio: 'ignore' });
  writeFileSync(join(root, 'pid'), String(service.pid));
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'limits-'));
  place = {
    procSys: join(root, 'sys'),
    etcDir: join(root, 'etc'),
    runDir: join(root, 'run'),
    recordPath: join(root, 'state/tuning.json'),
  };
  mkdirSync(join(place.runDir, 'systemd/system'), { recursive: true });
  programs = fakePrograms();
  // A unit's limit is what its drop-in says, 4096 without one.
  programs.put(
    'systemctl',
    `echo "$*" >> ${root}/asked
    case "$*" in
      "show docker.service"*) echo LoadState=loaded
        echo "LimitNOFILE=$(sed -n s/LimitNOFILE=//p ${dropIn()} 2>/dev/null | grep . || echo 4096)"
        echo "MainPID=$(cat ${root}/pid)" ;;
      "show "*) echo LoadState=not-found ;;
    esac`,
  );
  startService(4096);
});
afterEach(() => {
  service.kill('SIGKILL');
  programs.remove();
  rmSync(root, { recursive: true, force: true });
});

it('are raised by a drop-in, and not taken for in force until the service was started anew', async () => {
  expect(await row()).toMatchObject({ state: 'change', now: '4096', after: '65535' });
  await applyTuning(place, WANTED, 1000);
  expect(readFileSync(dropIn(), 'utf8')).toContain('[Service]\nLimitNOFILE=65535\n');
  expect(readFileSync(join(root, 'asked'), 'utf8')).toContain('daemon-reload');
  expect(await row()).toMatchObject({ state: 'waiting', now: '4096', after: '65535' });
  expect((await readTuning(place, WANTED)).verified).toBe(false);
  startService(19_000);
  expect(await row()).toMatchObject({ state: 'waiting', now: '19000' });
});

it('are those of the process that runs, whatever its unit says', async () => {
  startService(15_000);
  mkdirSync(dirname(dropIn()), { recursive: true });
  writeFileSync(dropIn(), 'LimitNOFILE=infinity\n');
  expect(await row()).toMatchObject({ state: 'waiting', now: '15000', after: 'unlimited' });
  // Where nothing runs, the unit's is all there is.
  writeFileSync(join(root, 'pid'), '0');
  expect(await row()).toMatchObject({ state: 'kept', now: 'unlimited' });
});

it('and their drop-in are as before after a revert', async () => {
  await applyTuning(place, WANTED, 1000);
  await revertTuning(place);
  expect(existsSync(dirname(dropIn()))).toBe(false);
  expect(await row()).toMatchObject({ state: 'change', now: '4096' });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type FakePrograms, fakePrograms } from '../../test/harness/fake-programs.ts';
import { findSshPorts } from './ssh-ports.ts';

// Each starts programs, which takes its time on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

let etcDir: string;
let programs: FakePrograms;

beforeEach(() => {
  etcDir = mkdtempSync(join(tmpdir(), 'sshp-'));
  mkdirSync(join(etcDir, 'ssh/sshd_config.d'), { recursive: true });
  programs = fakePrograms();
  programs.put('sshd', 'exit 1');
  programs.put('systemctl', 'exit 1');
});
afterEach(() => {
  programs.remove();
  rmSync(etcDir, { recursive: true, force: true });
});

it('of SSH stand in every file of its configuration where sshd itself does not say', async () => {
  writeFileSync(join(etcDir, 'ssh/sshd_config'), 'Port 2222\n');
  writeFileSync(join(etcDir, 'ssh/sshd_config.d/10-port.conf'), 'Port 2200\n');
  const { ports, sure } = await findSshPorts(etcDir);
  expect(ports).toEqual(expect.arrayContaining([2200, 2222]));
  expect(sure).toBe(true);
});

it('of SSH are those of sshd and of the socket that systemd opens for it', async () => {
  programs.put('sshd', 'echo port 2222');
  programs.put('systemctl', 'printf "ActiveState=active\\\\nListen=[::]:2201 (Stream)\\\\n"');
  expect((await findSshPorts(etcDir)).ports).toEqual(expect.arrayContaining([2201, 2222]));
});

it('of SSH are a guess where nobody knows', async () => {
  const { ports, sure } = await findSshPorts(etcDir);
  // A machine that serves SSH really has its ports from there.
  expect(sure || ports.join() === '22').toBe(true);
});

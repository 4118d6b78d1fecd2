// The real ufw is in test/integration/firewall.test.ts; here is one that is gone, and one that does not answer as it should.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type FakePrograms, fakePrograms } from '../../test/harness/fake-programs.ts';
import { type FirewallPlace, revertFirewall } from './firewall.ts';

// Each starts programs, which takes its time on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

let root: string;
let place: FirewallPlace;
let programs: FakePrograms;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fwut-'));
  place = { etcDir: join(root, 'etc'), recordPath: join(root, 'firewall.json') };
  mkdirSync(place.etcDir);
  writeFileSync(place.recordPath, JSON.stringify({ version: 1, rules: ['443/tcp'], enabled: false }));
  programs = fakePrograms();
});
afterEach(() => {
  programs.remove();
  rmSync(root, { recursive: true, force: true });
});

it('a revert does not stop where ufw was removed meanwhile: none of its rules holds', async () => {
  const before = process.env.PATH;
  process.env.PATH = programs.directory;
  try {
    expect(await revertFirewall(place)).toEqual({ removed: 0, kept: [] });
  } finally {
    process.env.PATH = before;
  }
  expect(existsSync(place.recordPath)).toBe(false);
});

it('a revert forgets nothing where ufw is there and fails', async () => {
  programs.put('ufw', 'exit 1');
  await expect(revertFirewall(place)).rejects.toThrow(/ufw version: exit code 1/);
  expect(existsSync(place.recordPath)).toBe(true);
});

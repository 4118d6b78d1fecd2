import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findCgroup, openMeter } from './cgroup.ts';

const base = mkdtempSync(join(tmpdir(), 'cgroup-'));
afterAll(() => rmSync(base, { recursive: true }));

function tree(name: string, files: Record<string, string>) {
  const roots = { proc: join(base, name, 'proc'), cgroup: join(base, name, 'cgroup') };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, name, path)), { recursive: true });
    writeFileSync(join(base, name, path), text);
  }
  return roots;
}
const one = {
  'proc/7/cgroup': '4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n1:name=systemd:/docker/x\n0::/docker/x\n',
  'cgroup/cpuacct/docker/x/cpuacct.usage': '123456789\n',
  'cgroup/memory/docker/x/memory.usage_in_bytes': '5000\n',
  'cgroup/memory/docker/x/memory.stat':
    'cache 1\ninactive_file 77\ntotal_cache 9\ntotal_inactive_file 1000\n',
  'cgroup/memory/docker/x/memory.limit_in_bytes': '9223372036854771712\n',
};
const two = {
  'proc/7/cgroup': '0::/system.slice/docker-x.scope\n',
  'cgroup/system.slice/docker-x.scope/cpu.stat': 'usage_usec 1500\nuser_usec 1000\n',
  'cgroup/system.slice/docker-x.scope/memory.current': '5000\n',
  'cgroup/system.slice/docker-x.scope/memory.stat': 'anon 1\ninactive_file 500\n',
  'cgroup/system.slice/docker-x.scope/memory.max': '268435456\n',
};
function meterOf(name: string, files: Record<string, string>) {
  const found = findCgroup(7, tree(name, files));
  return found === null ? null : openMeter(found);
}

describe('control groups', () => {
  it('are read in version 1, where the other controllers lie elsewhere', () => {
    const meter = meterOf('one', one);
    const usage = { cpuNanoseconds: 123456789, memoryBytes: 4000, memoryLimitBytes: null };
    expect(meter?.read()).toEqual(usage);
    writeFileSync(join(base, 'one/cgroup/cpuacct/docker/x/cpuacct.usage'), '200000000\n');
    expect(meter?.read()).toEqual({ ...usage, cpuNanoseconds: 200000000 });
    meter?.close();
  });

  it('are read in version 2', () => {
    const meter = meterOf('two', two);
    expect(meter?.read()).toEqual({
      cpuNanoseconds: 1_500_000,
      memoryBytes: 4500,
      memoryLimitBytes: 268435456,
    });
    meter?.close();
  });

  it('are nothing when the process or its group is gone', () => {
    expect(findCgroup(8, tree('two', two))).toBeNull();
    expect(meterOf('bare', { 'proc/7/cgroup': '0::/gone\n' })).toBeNull();
  });
});

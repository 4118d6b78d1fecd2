import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readTasks } from './task-limits.ts';

let root: string;
function put(path: string, value: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `${value}\n`);
}
const read = () => readTasks(join(root, 'sys'), join(root, 'cgroup'));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tasks-'));
  put('sys/kernel/pid_max', '4194304');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('takes the limit that is nearest', () => {
  expect(read()).toMatchObject({ max: 4_194_304, limit: 'kernel.pid_max' });
  put('sys/kernel/threads-max', '15000');
  expect(read()).toMatchObject({ max: 15_000, limit: 'kernel.threads-max' });
  put('cgroup/pids/pids.current', '480');
  put('cgroup/pids/pids.max', '500');
  expect(read()).toEqual({ used: 480, max: 500, limit: 'pids.max of its control group' });
});

it('takes no limit for none', () => {
  put('cgroup/pids.current', '480');
  put('cgroup/pids.max', 'max');
  expect(read()?.limit).toBe('kernel.pid_max');
});

// The real script with real processes: what is killed comes back, what is stopped stays away.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../test/harness/wait-for.ts';
import { readPid } from './process-state.ts';

const script = join(import.meta.dirname, '../../templates/supervise.sh');
let dir = '';

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'supervise-'));
});

afterEach(async () => {
  const pid = await readPid(join(dir, 'job.supervisor.pid'));
  if (pid !== null && alive(pid)) {
    process.kill(pid, 'SIGTERM');
    await waitFor('the supervisor to end', () => !alive(pid));
  }
  await rm(dir, { recursive: true, force: true });
});

describe('supervise.sh', () => {
  it('starts a killed program again, and ends it when it is told to stop', async () => {
    start(['sleep', '1000']);
    const first = await childPid();
    process.kill(first, 'SIGKILL');
    const second = await childPid(first);

    const supervisor = await readPid(join(dir, 'job.supervisor.pid'));
    process.kill(supervisor ?? 0, 'SIGTERM');
    await waitFor('both to be gone', () => !alive(supervisor ?? 0) && !alive(second));
    expect(existsSync(join(dir, 'job.pid'))).toBe(false);
    expect(await readFile(join(dir, 'job.log'), 'utf8')).toMatch(/ended with code 137, starts again in 1 s/);
  });

  it('takes away what the program left, when it was killed and when it was stopped', async () => {
    const trace = join(dir, 'trace');
    start(['sh', '-c', `echo x >>${trace}; exec sleep 1000`], '-', `mv ${trace} ${trace}.gone`);
    const first = await childPid();
    await waitFor('the trace', () => existsSync(trace));
    process.kill(first, 'SIGKILL');
    await childPid(first);
    expect(await readFile(`${trace}.gone`, 'utf8')).toBe('x\n');
    await waitFor('the trace of the next', () => existsSync(trace));
    process.kill((await readPid(join(dir, 'job.supervisor.pid'))) ?? 0, 'SIGTERM');
    await waitFor('no trace', () => !existsSync(trace));
  });

  it('lets the program leave no core', async () => {
    start(['sh', '-c', 'echo "core $(ulimit -S -c) $(ulimit -H -c)"; exec sleep 1000']);
    await waitFor('the program to write', async () => (await log()).includes('core '));
    expect(await log()).toContain('core 0 0');
  });

  it('gives the program its directory, its environment and nothing to read', async () => {
    await writeFile(join(dir, 'job.env'), 'GREETING=hello\nLIST=a,b:c\n');
    start(['sh', '-c', 'pwd; echo "$GREETING $LIST"; cat; exec sleep 1000'], join(dir, 'job.env'));
    await waitFor('the program to write', async () => (await log()).includes('hello a,b:c'));
    expect(await log()).toContain(dir);
  });

  it('kills a program that ignores SIGTERM', async () => {
    start(['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done']);
    const child = await childPid();
    await waitFor('the program to ignore signals', async () =>
      /^SigIgn:\s*[0-9a-f]*[4-7c-f][0-9a-f]{3}$/m.test(await readFile(`/proc/${child}/status`, 'utf8')),
    );
    process.kill((await readPid(join(dir, 'job.supervisor.pid'))) ?? 0, 'SIGTERM');
    await waitFor('the program to be killed', () => !alive(child));
  });

  it('takes over what a killed supervisor left behind, and never runs twice', async () => {
    start(['sleep', '1000']);
    const left = await childPid();
    const supervisor = (await readPid(join(dir, 'job.supervisor.pid'))) ?? 0;
    const second = start(['sleep', '1000']);
    await waitFor('a second supervisor to give up', () => second.exitCode !== null);
    process.kill(supervisor, 'SIGKILL');
    await waitFor('the supervisor to be gone', () => !alive(supervisor));
    expect(alive(left)).toBe(true);
    start(['sleep', '1000']);
    await childPid(left);
    await waitFor('the left program to be gone', () => !alive(left));
  });
});

function start(command: string[], envFile = '-', afterEnd = '-'): ChildProcess {
  const args = [script, 'job', dir, join(dir, 'job.log'), dir, envFile, '-', '2', afterEnd, ...command];
  const child = spawn('sh', args, { stdio: 'ignore', detached: true });
  child.unref();
  return child;
}

/** Process id of the program, once it runs and is another one than `before`. */
async function childPid(before = 0): Promise<number> {
  let found = 0;
  await waitFor('the program to run', async () => {
    found = (await readPid(join(dir, 'job.pid'))) ?? 0;
    return found !== 0 && found !== before && alive(found);
  });
  return found;
}

const log = () => readFile(join(dir, 'job.log'), 'utf8').catch(() => '');

/** A zombie counts as gone: nobody here waits for it. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false; // ESRCH
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true; // gone meanwhile
  }
}

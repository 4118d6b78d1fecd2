// The real nginx in front of real stations: what clients send comes back, and what goes wrong is undone.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreOriginal } from '../../lib/balancer/restore.ts';
import { run } from '../../lib/host/run.ts';
import { readTruth } from '../../simulator/control.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { apply } from '../harness/fleet.ts';
import { askUdp, openTcp, say } from '../harness/sockets.ts';
import { waitFor } from '../harness/wait-for.ts';

const PRIMARY = 29_443;
const SECONDARY = 29_566;
const FOREIGN = '# the operator wrote this\nevents {}\n';
let agent: TestAgent;
let configPath: string;

beforeAll(async () => {
  agent = await startTestAgent({
    prefix: 'balt',
    balancer: { primaryPort: PRIMARY, secondaryPort: SECONDARY },
  });
  configPath = join(agent.stateDir, 'nginx.conf');
  await writeFile(configPath, FOREIGN);
  const job = await apply(agent, {
    settings: { count: 3, image: 'conduit-simulator:february', loopbackPorts: false },
  });
  expect(job.error).toBeNull();
});
afterAll(() => agent.dispose());

const snapshot = () => agent.client.call('snapshot.get', {});
const detail = () => agent.client.call('balancer.get', {});
const running = () =>
  waitFor('the balancer to run', async () => (await snapshot()).balancer.state === 'running');

async function masterPid(): Promise<number> {
  const pidFile = (await readdir(agent.runDir)).find((name) => name.endsWith('.pid'));
  return Number(await readFile(join(agent.runDir, pidFile ?? 'nginx.pid'), 'utf8'));
}

describe('data path', () => {
  it.each([PRIMARY, SECONDARY])('brings TCP bytes back from a station through port %d', async (port) => {
    const socket = await openTcp(port);
    expect(await say(socket, 'hello')).toBe('hello');
    socket.destroy();
  });

  it.each([PRIMARY, SECONDARY])(
    'brings each of ten replies to one datagram back through port %d',
    async (port) => {
      expect(await askUdp(port, 'BURST 10', 10)).toHaveLength(10);
    },
  );

  it('spreads held sessions evenly, and the connected count follows', async () => {
    const sockets = await Promise.all(Array.from({ length: 60 }, () => openTcp(PRIMARY)));
    await waitFor('sixty users', async () => (await snapshot()).users.connected >= 60);
    const counts = (await snapshot()).stationList.map((station) => station.connected);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(4);
    for (const socket of sockets) socket.destroy();
    await waitFor('them to be gone', async () => (await snapshot()).users.connected < 10);
  });

  it('keeps an open session over a reload', async () => {
    const socket = await openTcp(PRIMARY);
    expect(await say(socket, 'before')).toBe('before');
    await apply(agent, { settings: { count: 4 } });
    await waitFor('four backends', async () => (await snapshot()).balancer.backends === 4);
    expect(await say(socket, 'after')).toBe('after');
    socket.destroy();
  });

  it('leads a UDP client that asks again after a reload to the station that answered before', async () => {
    const addresses = (await snapshot()).stationList.flatMap(({ address }) => address ?? []);
    const bytes = () =>
      Promise.all(addresses.map(async (address) => (await readTruth(address)).uploadedBytes));
    const asked = async (text: string) => {
      const before = await bytes();
      expect(await askUdp(PRIMARY, text, 1)).toEqual([text]);
      const after = await bytes();
      return addresses.filter((_, i) => after[i] !== before[i]);
    };
    const first = await asked('before');
    expect(first).toHaveLength(1);
    await agent.client.call('balancer.reload', {});
    expect(await asked('after')).toEqual(first);
  });
});

describe('faults', () => {
  it('starts nginx again after it was killed', async () => {
    await running();
    const before = await masterPid();
    process.kill(before, 'SIGKILL');
    await waitFor(
      'another master',
      async () => (await masterPid()) !== before && (await snapshot()).balancer.state === 'running',
    );
    const socket = await openTcp(PRIMARY);
    expect(await say(socket, 'again')).toBe('again');
    socket.destroy();
  });

  it('refuses a port that is taken, names its owner, and changes nothing', async () => {
    await running();
    const stranger = createServer().listen(29_999, '127.0.0.1');
    try {
      await expect(agent.client.call('balancer.configure', { primaryPort: 29_999 })).rejects.toMatchObject({
        code: 'port_in_use',
        message: expect.stringContaining(`process ${process.pid}`),
      });
      expect((await detail()).settings.primaryPort).toBe(PRIMARY);
      const socket = await openTcp(PRIMARY);
      expect(await say(socket, 'still here')).toBe('still here');
      socket.destroy();
    } finally {
      stranger.close();
    }
  });

  it('refuses bad settings and names the field', async () => {
    await expect(agent.client.call('balancer.configure', { primaryPort: 0 })).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'primaryPort' }],
    });
    await expect(agent.client.call('balancer.configure', { secondaryPort: PRIMARY })).rejects.toMatchObject({
      fields: [{ field: 'secondaryPort' }],
    });
    await expect(agent.client.call('balancer.configure', { configPath: '/etc/x; rm' })).rejects.toMatchObject(
      { fields: [{ field: 'configPath' }] },
    );
  });

  it('shows a configuration that was changed by hand, and puts ours back with the next change', async () => {
    await running();
    await writeFile(configPath, `${await readFile(configPath, 'utf8')}# by hand\n`);
    await waitFor('the problem', async () =>
      (await snapshot()).problems.some(({ code }) => code === 'balancer-drift'),
    );
    expect((await detail()).config.drift).toBe('differs');
    await agent.client.call('balancer.configure', { targetSessions: 2000 });
    expect((await detail()).config.drift).toBe('none');
    expect(await readFile(configPath, 'utf8')).not.toContain('by hand');
  });
});

describe('faults that nobody puts right', () => {
  const wantedText = async () => (await detail()).config.wanted;
  async function killNginx(): Promise<void> {
    const master = await masterPid();
    const { stdout } = await run('pgrep', ['-P', String(master)]);
    for (const pid of [master, ...stdout.trim().split('\n').map(Number)]) process.kill(pid, 'SIGKILL');
  }
  /** What the agent says may be older than what happened to nginx. */
  const serves = () =>
    waitFor('nginx to serve', async () => {
      const socket = await openTcp(PRIMARY).catch(() => null);
      if (socket === null) return false;
      const answer = await say(socket, 'x').catch(() => null);
      socket.destroy();
      return answer === 'x';
    });

  it('a damaged configuration gives way to ours, is kept, and costs no session', async () => {
    await running();
    const held = await openTcp(PRIMARY);
    const damaged = `${(await readFile(configPath, 'utf8')).slice(0, 600)}\n# cut off here`;
    await writeFile(configPath, damaged);
    await waitFor('ours', async () => (await readFile(configPath, 'utf8')) === (await wantedText()));
    expect((await detail()).config.drift).toBe('none');
    expect(await say(held, 'still here')).toBe('still here');
    held.destroy();
    const [newest] = (await detail()).backups;
    expect((await agent.client.call('balancer.backup', { id: newest?.id ?? '' })).text).toBe(damaged);
    await waitFor('a word of it', async () => {
      const { entries } = await agent.client.call('activity.list', {});
      return entries.some(({ summary }) => /nginx\.conf was damaged \(.+\); ours is back/.test(summary));
    });
  });

  it('nginx that ended comes back although its configuration was damaged meanwhile', async () => {
    await running();
    process.kill(agent.pid(), 'SIGSTOP');
    await killNginx();
    await writeFile(configPath, 'stream {');
    process.kill(agent.pid(), 'SIGCONT');
    await running();
    await waitFor('ours', async () => (await readFile(configPath, 'utf8')) === (await wantedText()));
    await serves();
  });

  it('nginx that ended and whose port was taken comes back when the port is free, its owner named meanwhile', async () => {
    await running();
    process.kill(agent.pid(), 'SIGSTOP');
    await killNginx();
    const stranger = createServer();
    await waitFor(
      'the port',
      () =>
        new Promise<boolean>((resolve) => {
          stranger.once('error', () => resolve(false));
          stranger.listen(PRIMARY, '0.0.0.0', () => resolve(true));
        }),
    );
    process.kill(agent.pid(), 'SIGCONT');
    await waitFor('the problem', async () =>
      (await snapshot()).problems.some(
        ({ code, severity, detail: words }) =>
          code === 'port-taken' && severity === 'critical' && words.includes(`process ${process.pid}`),
      ),
    );
    expect((await snapshot()).balancer.state).toBe('failed');
    await new Promise((resolve) => stranger.close(resolve));
    // Pauses between attempts grow to a minute.
    await waitFor('the balancer', async () => (await snapshot()).balancer.state === 'running', {
      timeoutMs: 90_000,
    });
    await serves();
  });
});

describe('what is written', () => {
  it('has no place for a client address', async () => {
    const text = await readFile(configPath, 'utf8');
    expect(text).toContain('access_log off');
    expect(
      [...text.matchAll(/error_log (\S+) ?(\w*)/g)].map(([, target, level]) => [
        target?.startsWith('syslog:') ?? false,
        level,
      ]),
    ).toEqual([
      [false, 'emerg'],
      [true, 'warn'],
    ]);
  });

  it("keeps the operator's own file for ever, and can put it back byte for byte", async () => {
    expect((await detail()).backups.some(({ ours }) => !ours)).toBe(true);
    const outcome = await restoreOriginal({ configPath, backupsDir: join(agent.stateDir, 'backups/nginx') });
    expect(outcome).toBe('restored');
    expect(await readFile(configPath, 'utf8')).toBe(FOREIGN);
  });
});

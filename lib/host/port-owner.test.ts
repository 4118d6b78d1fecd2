import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { waitFor } from '../../test/harness/wait-for.ts';
import { findPortOwner, listServedPorts, socketInodes } from './port-owner.ts';

// Each starts programs, which takes its time on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 0100007F:1F91 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
   2: 0100007F:1F92 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0
`;

describe('the owner of a port', () => {
  it('is the listener, not a connection', () => {
    expect(socketInodes(TABLE, 8081, 'tcp')).toEqual(['4711']);
    expect(socketInodes(TABLE, 8083, 'tcp')).toEqual([]);
  });

  it('is found on this machine', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await findPortOwner(port, 'tcp')).toMatchObject({ pid: process.pid });
    await new Promise((resolve) => server.close(resolve));
    expect(await findPortOwner(port, 'tcp')).toBeNull();
  });
});

describe('the ports that a program is reached on', () => {
  let directory: string;
  const children: ChildProcess[] = [];
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  const own = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'served-'));
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** This process listens, as systemd does for a socket unit, and hands each connection to a program of that name. */
  async function handsTo(name: string, host: string): Promise<number> {
    symlinkSync('/bin/sleep', join(directory, name));
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      sockets.push(socket);
      children.push(
        spawn(join(directory, name), ['600'], {
          stdio: [socket, 'ignore', 'ignore'],
        }),
      );
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    sockets.push(connect(port, host === '0.0.0.0' ? own : host).on('error', () => undefined));
    await waitFor('the connection to be taken', () => children.length === 1);
    return port;
  }

  it.runIf(own !== undefined)('are those of its sessions too, where another one listens for it', async () => {
    const port = await handsTo('sshd-test', '0.0.0.0');
    await waitFor('the session to be seen', async () =>
      (await listServedPorts(['sshd-test'])).includes(port),
    );
  });

  it('are not those that a tunnel opens on this host alone', async () => {
    const port = await handsTo('sshd-tunnel', '127.0.0.1');
    await waitFor('the program to run', async () => (children[0]?.pid ?? 0) > 0);
    expect(await listServedPorts(['sshd-tunnel'])).not.toContain(port);
  });
});

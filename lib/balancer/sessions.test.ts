import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../../test/harness/wait-for.ts';
import { readOwnSessions, readProxiedSessions, totalOf } from './sessions.ts';

// Some address of the loopback network plays the station; 5566 is free there whatever this machine serves.
const station = '127.77.3.9';
const server = createServer((socket) => sockets.push(socket));
const sockets: Socket[] = [];

beforeAll(() => new Promise<void>((resolve) => server.listen(5566, station, resolve)));
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

it('counts sessions towards a station, and those it has itself', async () => {
  const before = await readOwnSessions(process.pid);
  const clients = Array.from({ length: 3 }, () => connect(5566, station));
  sockets.push(...clients);
  await waitFor('the sessions', () => sockets.length === 6);
  const found = await readProxiedSessions([station, '127.77.3.10']);
  expect(found.get(station)).toEqual({ primary: { tcp: 0, udp: 0 }, secondary: { tcp: 3, udp: 0 } });
  expect(found.get('127.77.3.10')).toEqual({ primary: { tcp: 0, udp: 0 }, secondary: { tcp: 0, udp: 0 } });
  expect(totalOf(await readOwnSessions(process.pid)) - totalOf(before)).toBe(3);
});

it('sees no sessions of a process that is gone', async () => {
  expect(totalOf(await readOwnSessions(4_194_304))).toBe(0);
});

import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Load, quantile, startLoad } from './load.ts';

const sockets = new Set<Socket>();
const server = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => undefined).pipe(socket);
});
const datagrams = createSocket('udp4');
let load: Load;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  datagrams.on('message', (message, from) => {
    for (let i = 0; i < Number(/^BURST (\d+)/.exec(message.toString())?.[1]); i++)
      datagrams.send(message, from.port, from.address);
  });
  await new Promise<void>((resolve) => datagrams.bind(port, '127.0.0.1', resolve));
  load = await startLoad({ host: '127.0.0.1', port, firstSource: '127.9.0.1', processes: 2, inFlight: 20 });
});
afterAll(() => {
  load.end();
  datagrams.close();
  for (const socket of sockets) socket.destroy();
  server.close();
});

it('opens, echoes through and closes sessions, and sees those that were lost', async () => {
  const opened = await load.open(101);
  expect(opened).toMatchObject({ done: 101, failed: 0, alive: 101 });
  expect(opened.connectMs).toHaveLength(101);
  expect(await load.echo()).toMatchObject({ done: 101, failed: 0 });
  for (const socket of [...sockets].slice(0, 5)) socket.destroy();
  expect((await load.echo()).alive).toBe(96);
  expect((await load.close()).alive).toBe(0);
});

it('gives up where nobody gets in', async () => {
  const nobody = await startLoad({
    ...{ host: '127.0.0.1', port: 1, firstSource: '127.9.0.1', processes: 2, inFlight: 20 },
  });
  expect(await nobody.open(5000)).toMatchObject({ done: 0, failed: 5000, alive: 0 });
  nobody.end();
});

it('makes new sessions at the rate asked for, and moves bytes', async () => {
  const { done, failed } = await load.rate(200, 1);
  expect(failed).toBe(0);
  expect(done).toBeGreaterThan(150);
  expect(done).toBeLessThanOrEqual(202);
  expect((await load.bytes(2, 0.3)).bytes).toBeGreaterThan(1e6);
});

it('counts a UDP client as failed unless every reply came', async () => {
  expect(await load.udp(20, 10)).toMatchObject({ done: 20, failed: 0 });
});

it('takes quantiles of sorted values', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(3);
  expect(quantile([], 0.5)).toBeNaN();
});

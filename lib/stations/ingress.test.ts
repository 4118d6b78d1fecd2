import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { judgeIngress, readIngress } from './ingress.ts';

const tcp = (port: number) => `0      4096               *:${port}            *:*   \n`;
const NAMES =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const udp = (port: number) =>
  `  7: 00000000:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 41 2\n`;

it('tells open, partial and closed ports apart', () => {
  const both = tcp(443) + tcp(5566);
  expect(judgeIngress(both, [NAMES + udp(443), NAMES + udp(5566)], [443, 5566])).toBe('open');
  expect(judgeIngress(both, [NAMES, ''], [443, 5566])).toBe('partial');
  expect(judgeIngress(tcp(9090), [NAMES + udp(53)], [443, 5566])).toBe('closed');
});

it('sees what a process of this machine listens on, and nothing of one that is gone', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await readIngress(process.pid, [port])).toBe('partial');
  server.close();
  expect(await readIngress(4_194_304, [443])).toBe('unknown');
});

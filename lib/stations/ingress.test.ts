import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { judgeIngress, readIngress } from './ingress.ts';

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const line = (port: string, state: string) =>
  `   0: 00000000:${port} 00000000:0000 ${state} 00000000:00000000 00:00000000 0\n`;

it('tells open, partial and closed ports apart', () => {
  const tcp = head + line('01BB', '0A') + line('15BE', '0A');
  const udp = head + line('01BB', '07') + line('15BE', '07');
  expect(judgeIngress(tcp, udp, [443, 5566])).toBe('open');
  expect(judgeIngress(tcp, head, [443, 5566])).toBe('partial');
  expect(judgeIngress(head + line('01BB', '01'), head, [443, 5566])).toBe('closed');
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

import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { judgeIngress, readIngress } from './ingress.ts';

const line = (protocol: string, port: number) =>
  `${protocol}   ${protocol === 'tcp' ? 'LISTEN' : 'UNCONN'} 0      4096               *:${port}            *:*   \n`;

it('tells open, partial and closed ports apart', () => {
  const tcp = line('tcp', 443) + line('tcp', 5566);
  expect(judgeIngress(tcp + line('udp', 443) + line('udp', 5566), [443, 5566])).toBe('open');
  expect(judgeIngress(tcp, [443, 5566])).toBe('partial');
  expect(judgeIngress(line('tcp', 9090), [443, 5566])).toBe('closed');
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

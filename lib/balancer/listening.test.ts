import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseListeningPorts, readInodes, readListening } from './listening.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: string, remote: string, state: string) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 12345 1 0 100 0 0 10 0\n`;

describe('parseListeningPorts', () => {
  it('takes TCP that listens, not its sessions', () => {
    const table =
      HEAD + row('00000000:01BB', '00000000:0000', '0A') + row('0100007F:0016', '0100007F:9C40', '01');
    expect([...parseListeningPorts(table, 'tcp')]).toEqual([443]);
  });

  it('takes UDP that is not connected', () => {
    const table =
      HEAD + row('00000000:15BE', '00000000:0000', '07') + row('0100007F:0035', '0100007F:9C40', '01');
    expect([...parseListeningPorts(table, 'udp')]).toEqual([5566]);
  });

  it('reads the long addresses of IPv6, and finds nothing in nothing', () => {
    const any = '0'.repeat(32);
    expect([...parseListeningPorts(HEAD + row(`${any}:01BB`, `${any}:0000`, '0A'), 'tcp')]).toEqual([443]);
    expect([...parseListeningPorts('', 'tcp')]).toEqual([]);
  });
});

describe("the kernel's own tables", () => {
  it('show a TCP port while it listens, and not its sessions or what is closed', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).resume());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connect(port, '127.0.0.1');
    await once(client, 'connect');
    const clientPort = client.localPort ?? 0;
    const found = await readListening([
      { port, protocol: 'tcp' },
      { port, protocol: 'udp' },
      { port: clientPort, protocol: 'tcp' },
    ]);
    expect(found.map(({ listening }) => listening)).toEqual([true, false, false]);
    expect((await readInodes([{ port, protocol: 'tcp' }])).size).toBeGreaterThanOrEqual(1);
    client.destroy();
    server.close();
    await once(server, 'close');
    expect(await readListening([{ port, protocol: 'tcp' }])).toEqual([
      { port, protocol: 'tcp', listening: false },
    ]);
  });

  it('show a UDP port on IPv6 too', async () => {
    const socket = createSocket('udp6');
    socket.bind(0, '::1');
    await once(socket, 'listening');
    const { port } = socket.address();
    expect(await readListening([{ port, protocol: 'udp' }])).toEqual([
      { port, protocol: 'udp', listening: true },
    ]);
    socket.close();
  });
});

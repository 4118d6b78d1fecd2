import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { findPortOwner, socketInodes } from './port-owner.ts';

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

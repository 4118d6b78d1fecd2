/** Whether a station listens on the ports the balancer sends clients to, read from its own socket tables: nobody knocks. */
import { open } from 'node:fs/promises';

export type Ingress = 'open' | 'partial' | 'closed' | 'unknown';

/** The kernel lists listening sockets before all others. */
const HEAD_BYTES = 4096;
const TCP_LISTEN = '0A';
const UDP_UNCONNECTED = '07';

/**
 * @param pid main process of the station, in the host's pid namespace
 * @returns `open` when it takes TCP and UDP on every port, `unknown` when it cannot be seen
 */
export async function readIngress(pid: number, ports: readonly number[]): Promise<Ingress> {
  const [tcp, udp] = await Promise.all([heads(pid, ['tcp', 'tcp6']), heads(pid, ['udp', 'udp6'])]);
  return tcp === null || udp === null ? 'unknown' : judgeIngress(tcp, udp, ports);
}

/** From the heads of the tables. Pure. */
export function judgeIngress(tcp: string, udp: string, ports: readonly number[]): Ingress {
  const open = ports.flatMap((port) => [listens(tcp, port, TCP_LISTEN), listens(udp, port, UDP_UNCONNECTED)]);
  if (open.every(Boolean)) return 'open';
  return open.some(Boolean) ? 'partial' : 'closed';
}

function listens(table: string, port: number, state: string): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`:\\s[0-9A-F]+:${hex} [0-9A-F]+:[0-9A-F]{4} ${state} `).test(table);
}

async function heads(pid: number, names: readonly string[]): Promise<string | null> {
  let text = '';
  for (const name of names) {
    const file = await open(`/proc/${pid}/net/${name}`, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ESRCH' || error.code === 'EINVAL') return null;
      throw error;
    });
    if (file === null) {
      if (name.endsWith('6')) continue;
      return null;
    }
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      text += buffer.toString('latin1', 0, bytesRead);
    } finally {
      await file.close();
    }
  }
  return text;
}

/** Whether a station listens on the ports the balancer sends clients to, asked of the kernel: nobody knocks. */
import { readFile } from 'node:fs/promises';
import { socketInodes } from '../host/port-owner.ts';
import { CommandError, run } from '../host/run.ts';

export type Ingress = 'open' | 'partial' | 'closed' | 'unknown';

/**
 * Asks by state: its table of TCP in /proc, and `ss -l`, which asks for closed sockets too, make the kernel walk every
 * connection of the whole host. UDP has no connections to walk.
 * @param pid main process of the station, in the host's pid namespace
 * @returns `open` when it takes TCP and UDP on every port, `unknown` when it cannot be seen
 */
export async function readIngress(pid: number, ports: readonly number[]): Promise<Ingress> {
  try {
    const [tcp, udp] = await Promise.all([
      run('nsenter', [`--net=/proc/${pid}/ns/net`, 'ss', '-H', '-n', '-t', 'state', 'listening'], {
        timeoutMs: 5000,
      }),
      Promise.all(['udp', 'udp6'].map((name) => readTable(`/proc/${pid}/net/${name}`))),
    ]);
    return judgeIngress(tcp.stdout, udp, ports);
  } catch (error) {
    // It ended meanwhile, or the programs are not there.
    if (error instanceof CommandError || (error as NodeJS.ErrnoException).code === 'ENOENT') return 'unknown';
    throw error;
  }
}

/** A server without IPv6 has no table of it. */
async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if (path.endsWith('6') && (error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/**
 * From what `ss` lists of TCP (`0 4096 *:443 *:*`) and from the kernel's tables of UDP. Pure.
 * @param udp one text a table, each with a line of names first
 */
export function judgeIngress(tcp: string, udp: readonly string[], ports: readonly number[]): Ingress {
  const listening = new Set(
    tcp.split('\n').map((line) => {
      const [, , local = ''] = line.trim().split(/\s+/);
      return local.slice(local.lastIndexOf(':') + 1);
    }),
  );
  const open = ports.flatMap((port) => [
    listening.has(String(port)),
    udp.some((table) => socketInodes(table, port, 'udp').length > 0),
  ]);
  if (open.every(Boolean)) return 'open';
  return open.some(Boolean) ? 'partial' : 'closed';
}

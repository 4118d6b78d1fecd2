/** Whether a station listens on the ports the balancer sends clients to, asked of the kernel: nobody knocks. */
import { CommandError, run } from '../host/run.ts';

export type Ingress = 'open' | 'partial' | 'closed' | 'unknown';

/**
 * Asks for listening sockets alone: the station's own table in /proc lists them too, but to read its head the kernel
 * walks the sockets of the whole host, several milliseconds a station.
 * @param pid main process of the station, in the host's pid namespace
 * @returns `open` when it takes TCP and UDP on every port, `unknown` when it cannot be seen
 */
export async function readIngress(pid: number, ports: readonly number[]): Promise<Ingress> {
  try {
    const { stdout } = await run(
      'nsenter',
      [`--net=/proc/${pid}/ns/net`, 'ss', '-H', '-l', '-n', '-t', '-u'],
      {
        timeoutMs: 5000,
      },
    );
    return judgeIngress(stdout, ports);
  } catch (error) {
    // It ended meanwhile, or the programs are not there.
    if (error instanceof CommandError) return 'unknown';
    throw error;
  }
}

/** From what `ss` lists: `tcp LISTEN 0 4096 *:443 *:*`. Pure. */
export function judgeIngress(listing: string, ports: readonly number[]): Ingress {
  const listening = new Set(
    listing.split('\n').map((line) => {
      const [protocol, , , , local] = line.trim().split(/\s+/);
      return `${protocol} ${local?.slice(local.lastIndexOf(':') + 1)}`;
    }),
  );
  const open = ports.flatMap((port) => [listening.has(`tcp ${port}`), listening.has(`udp ${port}`)]);
  if (open.every(Boolean)) return 'open';
  return open.some(Boolean) ? 'partial' : 'closed';
}

/** The command that brings the panel to the operator's own browser. Pure but for the address of this host. */
import { networkInterfaces } from 'node:os';

export interface TunnelOptions {
  port: number;
  user: string | null;
  /** Address at which the operator reached this server, when that is known. */
  serverAddress: string | null;
}

export function tunnelCommand({ port, user, serverAddress }: TunnelOptions): string {
  const host = serverAddress ?? publicAddress(interfaceAddresses()) ?? '<this server>';
  return `ssh -L ${port}:127.0.0.1:${port} ${user ?? 'root'}@${host}`;
}

/** The first address the world can reach; null when all are private. Pure. */
export function publicAddress(addresses: readonly string[]): string | null {
  return addresses.find((address) => !isPrivate(address)) ?? null;
}

function isPrivate(address: string): boolean {
  const [a = 0, b = 0] = address.split('.').map(Number);
  return (
    a === 10 ||
    a === 127 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128)
  );
}

function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address),
  );
}

/** Which ports somebody listens on, from the kernel's own tables: no program is run, so it may be asked every tick. */
import { readFile } from 'node:fs/promises';

export type Protocol = 'tcp' | 'udp';
export interface PortAndProtocol {
  port: number;
  protocol: Protocol;
}

const TCP_LISTEN = '0A';
/** An unconnected UDP socket; a connected one is a session, not a listener. */
const UDP_UNCONNECTED = '07';

/** The local ports in state listening of one /proc/net table. Pure. */
export function parseListeningPorts(table: string, protocol: Protocol): Set<number> {
  const wanted = protocol === 'tcp' ? TCP_LISTEN : UDP_UNCONNECTED;
  const ports = new Set<number>();
  // With 40,000 sessions this text has as many lines: look at the state before anything is split.
  for (const line of table.split('\n')) {
    const match = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /.exec(line);
    if (match?.[2] === wanted && match[1] !== undefined) ports.add(Number.parseInt(match[1], 16));
  }
  return ports;
}

/** Reads the tables of this network namespace. A table that does not exist (no IPv6) has no ports. */
export async function readListening(
  wanted: readonly PortAndProtocol[],
): Promise<{ port: number; protocol: Protocol; listening: boolean }[]> {
  const [tcp, udp] = await Promise.all([readPorts('tcp'), readPorts('udp')]);
  return wanted.map(({ port, protocol }) => ({
    port,
    protocol,
    listening: (protocol === 'tcp' ? tcp : udp).has(port),
  }));
}

async function readPorts(protocol: Protocol): Promise<Set<number>> {
  const tables = await Promise.all([readTable(protocol), readTable(`${protocol}6`)]);
  return new Set(tables.flatMap((table) => [...parseListeningPorts(table, protocol)]));
}

async function readTable(name: string): Promise<string> {
  try {
    return await readFile(`/proc/net/${name}`, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

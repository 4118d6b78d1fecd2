/** Which ports somebody listens on, from the kernel's own tables: no program is run. */
import { open } from 'node:fs/promises';
import { socketInodes } from '../host/port-owner.ts';

export type Protocol = 'tcp' | 'udp';
export interface PortAndProtocol {
  port: number;
  protocol: Protocol;
}

const TCP_LISTEN = '0A';
/** An unconnected UDP socket; a connected one is a session, not a listener. */
const UDP_UNCONNECTED = '07';
const CHUNK_BYTES = 65_536;

/** The local ports that listen, of one /proc/net table. Pure. */
export function parseListeningPorts(table: string, protocol: Protocol): Set<number> {
  const wanted = protocol === 'tcp' ? TCP_LISTEN : UDP_UNCONNECTED;
  const ports = new Set<number>();
  for (const line of table.split('\n')) {
    const match = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /.exec(line);
    if (match?.[2] === wanted && match[1] !== undefined) ports.add(Number.parseInt(match[1], 16));
  }
  return ports;
}

/** Reads the tables of this network namespace. */
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

/** Inodes of the sockets that have one of `ports`, whoever holds them. */
export async function readInodes(ports: readonly PortAndProtocol[]): Promise<Set<string>> {
  const inodes = new Set<string>();
  for (const protocol of ['tcp', 'udp'] as const) {
    for (const name of [protocol, `${protocol}6`]) {
      const table = await readTable(name);
      for (const one of ports.filter((p) => p.protocol === protocol))
        for (const inode of socketInodes(table, one.port, protocol)) inodes.add(inode);
    }
  }
  return inodes;
}

async function readPorts(protocol: Protocol): Promise<Set<number>> {
  const tables = await Promise.all([readTable(protocol), readTable(`${protocol}6`)]);
  return new Set(tables.flatMap((table) => [...parseListeningPorts(table, protocol)]));
}

/**
 * The kernel writes listening TCP sockets before all others, so reading ends at the first chunk without one: with
 * 40,000 sessions the whole table would be 12 MB. A table that does not exist (no IPv6) is empty.
 */
async function readTable(name: string): Promise<string> {
  const file = await open(`/proc/net/${name}`, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return '';
  try {
    const chunks: string[] = [];
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) break;
      const chunk = buffer.toString('latin1', 0, bytesRead);
      chunks.push(chunk);
      if (name.startsWith('tcp') && chunks.length > 1 && !chunk.includes(` ${TCP_LISTEN} `)) break;
    }
    return chunks.join('');
  } finally {
    await file.close();
  }
}

/**
 * Open sessions a station, from the kernel's socket tables. The tables name clients too: they are read in pieces,
 * looked through, and dropped; only numbers leave this file.
 */
import { open } from 'node:fs/promises';
import { STATION_PORTS } from './render.ts';

export interface PortSessions {
  tcp: number;
  udp: number;
}
export interface StationSessions {
  primary: PortSessions;
  secondary: PortSessions;
}

const CHUNK_BYTES = 256 * 1024;
const ESTABLISHED = '01';
const PORT_NAMES = new Map([
  [hexPort(STATION_PORTS.primary), 'primary' as const],
  [hexPort(STATION_PORTS.secondary), 'secondary' as const],
]);

export function noSessions(): StationSessions {
  return { primary: { tcp: 0, udp: 0 }, secondary: { tcp: 0, udp: 0 } };
}

export function tcpOf({ primary, secondary }: StationSessions): number {
  return primary.tcp + secondary.tcp;
}

export function totalOf({ primary, secondary }: StationSessions): number {
  return primary.tcp + primary.udp + secondary.tcp + secondary.udp;
}

/**
 * Sessions that nginx holds towards each station: one walk over the host's sockets, whatever the number of stations.
 * @param addresses IPv4 of the stations
 */
export async function readProxiedSessions(
  addresses: readonly string[],
): Promise<Map<string, StationSessions>> {
  const found = new Map(addresses.map((address) => [hexAddress(address), noSessions()]));
  for (const protocol of ['tcp', 'udp'] as const)
    await eachSocket(`/proc/net/${protocol}`, (socket) => {
      const port = socket.state === ESTABLISHED ? PORT_NAMES.get(socket.remotePort) : undefined;
      const station = port === undefined ? undefined : found.get(socket.remoteAddress);
      if (port !== undefined && station !== undefined) station[port][protocol]++;
    });
  return new Map(addresses.map((address) => [address, found.get(hexAddress(address)) ?? noSessions()]));
}

/**
 * TCP sessions that a station itself has on its two ports, whoever brought them. The kernel walks all its sockets for
 * each station asked: for a few stations, or seldom.
 * @param pid main process of the station, in the host's pid namespace
 */
export async function readOwnSessions(pid: number): Promise<StationSessions> {
  const sessions = noSessions();
  for (const table of ['tcp', 'tcp6'])
    await eachSocket(`/proc/${pid}/net/${table}`, (socket) => {
      const port = socket.state === ESTABLISHED ? PORT_NAMES.get(socket.localPort) : undefined;
      if (port !== undefined) sessions[port].tcp++;
    });
  return sessions;
}

/**
 * Sessions the kernel has led to each station, and those nginx holds from before: one walk over the connection table.
 * @returns null where the kernel does not show the table
 */
export async function readTrackedSessions(
  addresses: readonly string[],
): Promise<Map<string, StationSessions> | null> {
  const found = new Map(addresses.map((address) => [address, noSessions()]));
  const there = await eachLine('/proc/net/nf_conntrack', (line) => {
    const protocol = line.includes(' udp ') ? 'udp' : line.includes(' ESTABLISHED ') ? 'tcp' : null;
    if (protocol === null) return;
    // The second `src=` is the way back: the station, whoever the client was.
    const reply = line.indexOf('src=', line.indexOf('src=') + 4) + 4;
    const station = found.get(line.slice(reply, line.indexOf(' ', reply)));
    if (station === undefined) return;
    const sport = line.indexOf('sport=', reply) + 6;
    const port = PORT_NAMES.get(hexPort(Number(line.slice(sport, line.indexOf(' ', sport)))));
    if (port !== undefined) station[port][protocol]++;
  });
  return there ? found : null;
}

interface SocketLine {
  localPort: string;
  remoteAddress: string;
  remotePort: string;
  state: string;
}

/** `  12: 0100007F:1F90 0B0012AC:01BB 01 …` of tcp and udp; their IPv6 tables have longer addresses. */
async function eachSocket(path: string, take: (socket: SocketLine) => void): Promise<void> {
  await eachLine(path, (line) => {
    const local = line.indexOf(':') + 2;
    const localEnd = line.indexOf(' ', local);
    const remoteEnd = line.indexOf(' ', localEnd + 1);
    if (local < 2 || localEnd < 0 || remoteEnd < 0) return;
    take({
      localPort: line.slice(localEnd - 4, localEnd),
      remoteAddress: line.slice(localEnd + 1, remoteEnd - 5),
      remotePort: line.slice(remoteEnd - 4, remoteEnd),
      state: line.slice(remoteEnd + 1, remoteEnd + 3),
    });
  });
}

/** @returns false when there is no such file */
async function eachLine(path: string, take: (line: string) => void): Promise<boolean> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return null;
    throw error;
  });
  if (file === null) return false;
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let rest = '';
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return true;
      const lines = (rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    }
  } catch (error) {
    // The station ended while its table was read.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  } finally {
    await file.close();
  }
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

/** As the kernel prints an address: its bytes from last to first on the little-endian machines we run on. */
function hexAddress(address: string): string {
  return address
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'))
    .join('');
}

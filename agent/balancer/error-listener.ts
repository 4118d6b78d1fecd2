/** Hears what nginx says of sessions, over a loopback datagram socket; addresses are dropped before a line is kept. */
import { createSocket } from 'node:dgram';
import { readableError } from '../../lib/balancer/nginx-message.ts';

const KEEP_LINES = 50;

export interface ErrorListener {
  /** Where nginx is told to send; null when no port could be had. */
  port: number | null;
  /** Newest last. */
  lines(): string[];
  close(): Promise<void>;
}

/**
 * @param preferred the port a running nginx was told before; another is taken when somebody has it
 * @param stationAt index of the station with an address
 */
export async function listenForErrors(
  preferred: number | null,
  stationAt: (address: string) => number | undefined,
): Promise<ErrorListener> {
  const kept: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (datagram) => {
    const line = readableError(datagram.toString('utf8'), stationAt);
    if (line === null || kept.at(-1) === line) return;
    kept.push(line);
    if (kept.length > KEEP_LINES) kept.shift();
  });
  const bound = (await bind(preferred ?? 0)) || (preferred !== null && (await bind(0)));
  // An error of a socket nobody needs must not end the agent.
  socket.on('error', () => undefined);
  socket.unref();

  function bind(port: number): Promise<boolean> {
    return new Promise((resolve) => {
      const failed = () => resolve(false);
      socket.once('error', failed);
      socket.bind(port, '127.0.0.1', () => {
        socket.off('error', failed);
        resolve(true);
      });
    });
  }

  return {
    port: bound ? socket.address().port : null,
    lines: () => [...kept],
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

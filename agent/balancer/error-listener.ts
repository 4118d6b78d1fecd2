/**
 * Hears what nginx says of sessions. nginx names the client in such lines, so they never reach a file: they come
 * as datagrams to a port of 127.0.0.1 that only root may open, the address is dropped at once, and the newest stay
 * in memory.
 */
import { createSocket, type Socket } from 'node:dgram';
import type { Logger } from 'pino';
import { readableError } from '../../lib/balancer/nginx-message.ts';

/** Below 1024, so that no unprivileged program can take the port while the agent is away and read addresses. */
const FIRST_PORT = 700;
const LAST_PORT = 1023;
const KEEP_LINES = 50;
/** A flood of errors must not cost more than this a second; the rest is counted only. */
const LINES_A_SECOND = 200;

export interface ErrorListener {
  /** Null when no port could be had; errors of sessions are then not collected. */
  port: number | null;
  /** Newest first: `12:30:01Z error: … (17 times)`. */
  lines(): string[];
  close(): Promise<void>;
}

export interface ErrorListenerOptions {
  preferredPort: number | null;
  stationAt: (address: string) => number | undefined;
  now: () => number;
  log: Logger;
}

interface Line {
  text: string;
  at: number;
  times: number;
}

export async function listenForErrors(options: ErrorListenerOptions): Promise<ErrorListener> {
  const { now, log, stationAt } = options;
  const lines = new Map<string, Line>();
  let second = 0;
  let inSecond = 0;
  const take = (datagram: Buffer) => {
    const at = now();
    const thisSecond = Math.floor(at / 1000);
    if (thisSecond !== second) {
      second = thisSecond;
      inSecond = 0;
    }
    if (++inSecond > LINES_A_SECOND) return;
    const text = readableError(datagram.toString('utf8'), stationAt);
    if (text === null) return;
    const times = (lines.get(text)?.times ?? 0) + 1;
    lines.delete(text);
    lines.set(text, { text, at, times });
    for (const oldest of lines.keys()) {
      if (lines.size <= KEEP_LINES) break;
      lines.delete(oldest);
    }
  };
  const bound = await bindAny(options.preferredPort);
  if (bound === null) log.warn('no port to hear the errors of nginx on; they are not collected');
  bound?.socket.on('message', take);
  // The socket lives as long as the agent; an error of it must not end the agent.
  bound?.socket.on('error', (error) => log.warn({ err: error }, 'hearing the errors of nginx'));
  return {
    port: bound?.port ?? null,
    lines: () => [...lines.values()].reverse().map(show),
    close: () => new Promise((resolve) => (bound === null ? resolve() : bound.socket.close(() => resolve()))),
  };
}

function show({ text, at, times }: Line): string {
  return `${new Date(at).toISOString().slice(11, 19)}Z ${text}${times > 1 ? ` (${times} times)` : ''}`;
}

/** The port of last time, so that the configuration stays the same; else the next free one. */
async function bindAny(preferred: number | null): Promise<{ socket: Socket; port: number } | null> {
  const candidates = Array.from({ length: LAST_PORT - FIRST_PORT + 1 }, (_, i) => LAST_PORT - i);
  for (const port of preferred === null ? candidates : [preferred, ...candidates]) {
    const socket = await bind(port);
    if (socket !== null) return { socket, port };
  }
  return null;
}

function bind(port: number): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    socket.bind({ address: '127.0.0.1', port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

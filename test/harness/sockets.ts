/** Clients of the balancer and of stations, in a few lines each. */
import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';

/** @throws Error when nobody listens or the connection is refused */
export function openTcp(port: number, host = '127.0.0.1'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends text and resolves with what comes back next. @throws Error when the other side closes */
export function say(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (chunk) => resolve(chunk.toString()));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    socket.write(text);
  });
}

/** Sends one datagram and resolves with the replies, once there are `count` or nothing more comes. */
export function askUdp(port: number, text: string, count: number, timeoutMs = 3000): Promise<string[]> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const replies: string[] = [];
    const end = () => {
      clearTimeout(timer);
      socket.close();
      resolve(replies);
    };
    const timer = setTimeout(end, timeoutMs);
    socket.on('message', (message) => {
      replies.push(message.toString());
      if (replies.length === count) end();
    });
    socket.send(text, port, '127.0.0.1');
  });
}

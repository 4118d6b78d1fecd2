/**
 * Clients with addresses of real countries, in a namespace of their own: the addresses lead to that namespace on this
 * machine and nowhere else, and nothing leaves it.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { run } from '../../lib/host/run.ts';

export interface World {
  /** The host's end of the link. */
  interface: string;
  /** Sends `count` datagrams of `bytes` from each address to the host's port and waits for as many answers. */
  talk(addresses: readonly string[], port: number, count: number, bytes: number): Promise<void>;
  /** Takes the link away and makes it anew, as when a card is plugged out and in. */
  unplug(): Promise<void>;
  plugIn(): Promise<void>;
  remove(): Promise<void>;
}

export const HOST_V4 = '10.241.7.1';
export const HOST_V6 = 'fd00:241::1';

/** @param name at most 10 letters; also names the network devices */
export async function createWorld(name: string, addresses: readonly string[]): Promise<World> {
  const host = `${name}h`;
  const ip = (...args: string[]) => run('ip', args);
  const isV6 = (address: string) => address.includes(':');
  async function remove(): Promise<void> {
    const { stdout } = await run('ip', ['netns', 'list']);
    if (stdout.split('\n').some((line) => line.split(' ')[0] === name)) await ip('netns', 'del', name);
    await run('ip', ['link', 'del', host], { okExitCodes: [1] });
  }
  async function plugIn(): Promise<void> {
    await ip('link', 'add', host, 'type', 'veth', 'peer', 'name', `${name}c`, 'netns', name);
    await ip('addr', 'add', `${HOST_V4}/32`, 'dev', host);
    await ip('-6', 'addr', 'add', `${HOST_V6}/128`, 'dev', host, 'nodad');
    await ip('link', 'set', host, 'up');
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    for (const address of addresses) {
      const bits = isV6(address) ? ['/128', 'nodad'] : ['/32'];
      await ip('-n', name, 'addr', 'add', `${address}${bits[0]}`, 'dev', `${name}c`, ...bits.slice(1));
    }
    await ip('-n', name, 'link', 'set', `${name}c`, 'up');
    for (const address of addresses)
      await ip(...(isV6(address) ? ['-6'] : []), 'route', 'replace', address, 'dev', host);
    await ip('-n', name, 'route', 'add', HOST_V4, 'dev', `${name}c`);
    await ip('-n', name, '-6', 'route', 'add', HOST_V6, 'dev', `${name}c`);
  }
  await remove();
  await ip('netns', 'add', name);
  await plugIn();
  return {
    interface: host,
    async talk(from, port, count, bytes) {
      const targets = from.map((address) => `${address},${isV6(address) ? HOST_V6 : HOST_V4}`);
      const words = [String(port), String(count), String(bytes), ...targets];
      await runIn(name, TALK, words);
    },
    unplug: async () => void (await ip('link', 'del', host)),
    plugIn,
    remove,
  };
}

/** Runs a script in the namespace and waits for it to end well. */
export function runIn(namespace: string, script: string, words: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, '-e', script, ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a script in ${namespace} ended with code ${code}`));
    });
  });
}

/** Answers each datagram with twice as much, on both families. */
export function listenUdp(port: number): Promise<{ close(): void }> {
  const socket = createSocket({ type: 'udp6', ipv6Only: false });
  socket.on('message', (message, { address, port: from }) =>
    socket.send(Buffer.alloc(message.length * 2), from, address),
  );
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, '::', () => resolve({ close: () => socket.close() }));
  });
}

/** One after another, so that none is lost. */
const TALK = `
const { createSocket } = require('node:dgram');
const [port, count, bytes, ...targets] = process.argv.slice(1);
async function talk(from, to) {
  const socket = createSocket(from.includes(':') ? 'udp6' : 'udp4');
  await new Promise((done) => socket.bind(0, from, done));
  for (let i = 0; i < Number(count); i++)
    await new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error('no answer')), 5000);
      socket.once('message', () => { clearTimeout(timer); done(); });
      socket.send(Buffer.alloc(Number(bytes)), Number(port), to);
    });
  socket.close();
}
Promise.all(targets.map((pair) => talk(...pair.split(',')))).then(() => process.exit(0), (error) => { console.error(error.message); process.exit(1); });
`;

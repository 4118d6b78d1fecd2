/**
 * A network namespace as the clients' side: what comes from there passes the same hooks of the kernel as what comes
 * from the internet, and nothing leaves this machine.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { run } from '../../lib/host/run.ts';

export interface ClientNamespace {
  name: string;
  /** The host, as clients in the namespace see it. */
  hostAddress: string;
  /** Addresses clients may have. */
  clients: string[];
  remove(): Promise<void>;
}

/**
 * @param name at most 10 letters; also names the network devices
 * @param network three bytes of a private /24, such as `10.231.7`
 */
export async function createNamespace(
  name: string,
  network: string,
  addresses = 8,
): Promise<ClientNamespace> {
  const clients = Array.from({ length: addresses }, (_, i) => `${network}.${i + 2}`);
  const ip = (...args: string[]) => run('ip', args);
  await removeNamespace(name);
  await ip('netns', 'add', name);
  await ip('link', 'add', `${name}h`, 'type', 'veth', 'peer', 'name', `${name}c`, 'netns', name);
  await ip('addr', 'add', `${network}.1/24`, 'dev', `${name}h`);
  await ip('link', 'set', `${name}h`, 'up');
  for (const address of clients) await ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', `${name}c`);
  await ip('-n', name, 'link', 'set', 'lo', 'up');
  await ip('-n', name, 'link', 'set', `${name}c`, 'up');
  await ip('-n', name, 'route', 'add', 'default', 'via', `${network}.1`);
  return { name, hostAddress: `${network}.1`, clients, remove: () => removeNamespace(name) };
}

async function removeNamespace(name: string): Promise<void> {
  const { stdout } = await run('ip', ['netns', 'list']);
  if (stdout.split('\n').some((line) => line.split(' ')[0] === name)) await run('ip', ['netns', 'del', name]);
}

/** A client in the namespace that is told line by line what to do and answers each line with one. */
export interface Client {
  ask(line: string): Promise<string>;
  end(): void;
}

/**
 * TCP and UDP clients: `tcp NAME PORT`, `send NAME TEXT`, `alive NAME`, `udp PORT TEXT N`; and one that keeps its UDP
 * port: `keep PORT TEXT`, whose port `kept` says.
 */
export function startClient({ name, hostAddress }: ClientNamespace): Client {
  const child = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', CLIENT, hostAddress], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => answers.shift()?.(line));
  return {
    ask: (line) =>
      new Promise((resolve) => {
        answers.push(resolve);
        child.stdin.write(`${line}\n`);
      }),
    end: () => void child.stdin.end(),
  };
}

const CLIENT = `
const { connect } = require('node:net');
const { createSocket } = require('node:dgram');
const host = process.argv[1];
const sockets = new Map();
let kept;
const WAIT_MS = 5000;
const once = (socket, event) => new Promise((resolve) => {
  const timer = setTimeout(() => resolve('no answer'), WAIT_MS);
  const done = (value) => { clearTimeout(timer); resolve(String(value ?? 'ok')); };
  socket.once(event, done); socket.once('error', (error) => done(error.code)); socket.once('close', () => done('closed'));
});
const commands = {
  async tcp(name, port) {
    const socket = connect({ host, port: Number(port) });
    socket.on('error', () => undefined);
    sockets.set(name, socket);
    return once(socket, 'connect');
  },
  async send(name, text) {
    const socket = sockets.get(name);
    const answer = once(socket, 'data');
    socket.write(text);
    return answer;
  },
  async alive(name) { return String(!sockets.get(name).destroyed); },
  async keep(port, text) {
    kept ??= createSocket('udp4').on('error', () => undefined);
    const answer = new Promise((resolve) => {
      const heard = (message) => { clearTimeout(timer); resolve(String(message)); };
      const timer = setTimeout(() => { kept.off('message', heard); resolve('no answer'); }, 1000);
      kept.once('message', heard);
    });
    kept.send(text, Number(port), host);
    return answer;
  },
  async kept() { return String(kept.address().port); },
  async udp(port, text, count) {
    const socket = createSocket('udp4');
    let got = 0;
    const answer = new Promise((resolve) => {
      const timer = setTimeout(() => resolve(got), WAIT_MS);
      socket.on('error', (error) => resolve(error.code));
      socket.on('message', () => { if (++got === Number(count)) { clearTimeout(timer); resolve(got); } });
    });
    socket.connect(Number(port), host, () => socket.send(text.replaceAll('_', ' ')));
    const result = String(await answer);
    socket.close();
    return result;
  },
};
const lines = require('node:readline').createInterface({ input: process.stdin });
let tail = Promise.resolve();
lines.on('line', (line) => {
  const [command, ...words] = line.split(' ');
  tail = tail.then(async () => console.log(await commands[command](...words)));
});
lines.on('close', () => process.exit(0));
`;

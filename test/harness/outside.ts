/** A namespace in the place of the internet: it takes connections on 443 and answers datagrams on 53, for what is asked whether it is reached. */
import { spawn } from 'node:child_process';
import { createNamespace } from './namespace.ts';

const ANSWERS = `
require('node:net').createServer((socket) => socket.on('error', () => {}).end()).listen(443);
const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (text, { port, address }) => socket.send(text, port, address)).bind(53);
`;

export interface Outside {
  /** For CONDUIT_PROBE_ADDRESSES. */
  addresses: string;
  remove(): Promise<void>;
}

/** @param network the first three numbers of its addresses, such as `10.231.47` */
export async function createOutside(name: string, network: string): Promise<Outside> {
  const namespace = await createNamespace(name, network, 1);
  const answers = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', ANSWERS], { stdio: 'ignore' });
  return {
    addresses: namespace.clients.join(),
    async remove() {
      answers.kill('SIGKILL');
      await namespace.remove();
    },
  };
}

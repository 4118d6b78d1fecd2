/**
 * Sends datagrams from many addresses at a steady rate, out of a network namespace; their network (RFC 2544, for
 * benchmarks) leads there and nowhere else.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../lib/host/run.ts';
import { createNamespace } from './namespace.ts';

const SOURCES = '198.18.0.0';

export interface Sender {
  /** The interface on which they arrive, and the address they are sent to. */
  device: string;
  hostAddress: string;
  /** @returns how many were sent, when all are */
  send(perSecond: number, seconds: number): Promise<number>;
  remove(): Promise<void>;
}

/**
 * @param name at most 10 letters
 * @param network three bytes of a private /24
 * @param clients how many addresses they come from
 */
export async function createSender(
  name: string,
  network: string,
  port: number,
  clients: number,
): Promise<Sender> {
  const folder = await mkdtemp(join(tmpdir(), 'conduit-sender-'));
  const program = join(folder, 'packets');
  const namespace = await createNamespace(name, network, 1);
  const device = `${name}h`;
  const { hostAddress } = namespace;
  const children: ChildProcess[] = [];
  async function remove(): Promise<void> {
    for (const child of children) child.kill();
    await namespace.remove();
    await rm(folder, { recursive: true, force: true });
  }
  try {
    await run('cc', ['-O2', '-o', program, join(import.meta.dirname, 'packets.c')]);
    await run('ip', ['route', 'replace', `${SOURCES}/15`, 'dev', device]);
    // Nothing answers that the port is closed.
    const hold = spawn(program, ['hold', hostAddress, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(hold);
    await new Promise((resolve) => hold.stdout.once('data', resolve));
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    device,
    hostAddress,
    send(perSecond, seconds) {
      const words = [hostAddress, port, SOURCES, clients, perSecond, seconds].map(String);
      const child = spawn('ip', ['netns', 'exec', name, program, ...words], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      return new Promise((resolve) => child.once('close', () => resolve(Number(said.split(' ')[0]))));
    },
    remove,
  };
}

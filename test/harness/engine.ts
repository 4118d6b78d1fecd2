/** A Docker engine of the test's own, which it may restart: everybody else's goes on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../lib/host/run.ts';
import { waitFor } from './wait-for.ts';

export interface PrivateEngine {
  socket: string;
  docker(...args: string[]): Promise<string>;
  /** Ends the engine as a package update would, and starts it again. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

/** @param image taken over from the machine's own engine */
export async function startEngine(image: string): Promise<PrivateEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  const socket = join(folder, 'docker.sock');
  let child: ChildProcess | undefined;
  let output = '';

  const docker = async (...args: string[]) =>
    (await run('docker', ['-H', `unix://${socket}`, ...args])).stdout;

  async function start(): Promise<void> {
    // No rules of the firewall and no bridge of its own: those belong to the machine's engine.
    child = spawn(
      'dockerd',
      [
        ...[
          '--host',
          `unix://${socket}`,
          '--data-root',
          join(folder, 'data'),
          '--exec-root',
          join(folder, 'exec'),
        ],
        ...['--pidfile', join(folder, 'pid'), '--bridge', 'none', '--iptables=false', '--ip6tables=false'],
        ...['--ip-masq=false', '--userland-proxy=false', '--log-level', 'error'],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const started = child;
    await waitFor('the private engine', async () => {
      if (started.exitCode !== null) throw new Error(`dockerd ended with ${started.exitCode}:\n${output}`);
      return docker('version').then(
        () => true,
        () => false,
      );
    });
  }

  async function stop(): Promise<void> {
    const running = child;
    if (running === undefined || running.exitCode !== null) return;
    running.kill('SIGTERM');
    await waitFor(
      'the private engine to end',
      () => running.exitCode !== null || running.signalCode !== null,
    );
  }

  await start();
  const archive = join(folder, 'image.tar');
  await run('docker', ['save', '-o', archive, image]);
  await docker('load', '-i', archive);
  return {
    socket,
    docker,
    async restart() {
      await stop();
      await start();
    },
    async dispose() {
      const left = (await docker('ps', '-aq')).trim();
      if (left !== '') await docker('rm', '-f', ...left.split('\n'));
      for (const name of (await docker('network', 'ls', '-q', '--filter', 'type=custom')).trim().split('\n'))
        if (name !== '') await docker('network', 'rm', name);
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

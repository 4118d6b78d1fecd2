/**
 * Starts a real agent for a test, as it is released (bundle.ts makes it): its own process, state directory, prefix and
 * ports, so that it can stand beside a running installation. Everything it made is removed by `dispose`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeKernelRules } from '../../lib/balancer/kernel-path.ts';
import { signal } from '../../lib/balancer/nginx-process.ts';
import { type Client, createClient } from '../../lib/client/client.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import { createDocker } from '../../lib/host/docker.ts';
import { run } from '../../lib/host/run.ts';
import { forgetFormerImage } from '../../lib/install/former-image.ts';
import { AGENT_NODE, SMALL_MALLOC } from '../../lib/install/services.ts';
import { waitFor } from './wait-for.ts';

export interface TestAgent {
  client: Client;
  /** Client of the panel's socket, for tests of access. */
  panelClient(session?: string): Client;
  stateDir: string;
  runDir: string;
  prefix: string;
  pid(): number;
  /** Everything the agent wrote to its log so far. */
  log(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same state. */
  restart(): Promise<void>;
  /** Stops the agent, its nginx, and removes containers, volumes and networks of this prefix. */
  dispose(): Promise<void>;
}

export interface TestAgentOptions {
  /** 2 to 16 small letters or digits, different for each test file. */
  prefix: string;
  /** Ports and config path; the default is a pair of high ports and a config in the state directory. */
  balancer?: Partial<BalancerSettings>;
  env?: Record<string, string>;
  /** Where its own directory is made. */
  directory?: string;
  /** Leaves containers and volumes of this prefix that are there already. */
  keepEngine?: boolean;
}

const root = join(import.meta.dirname, '../..');
const node = process.execPath;
/** A machine may have little time to give. */
const START_MS = 90_000;

export async function startTestAgent(options: TestAgentOptions): Promise<TestAgent> {
  const { prefix } = options;
  const base = await mkdtemp(join(options.directory ?? tmpdir(), `${prefix}-`));
  // A panel without rights must be able to reach the sockets, as it does below /run.
  await chmod(base, 0o755);
  const stateDir = join(base, 'state');
  const runDir = join(base, 'run');
  let child: ChildProcess | undefined;
  let output = '';
  const rootSocket = join(runDir, 'root.sock');
  const client = createClient({ socketPath: rootSocket });

  async function start(): Promise<void> {
    const started = spawn(node, [...AGENT_NODE, join(root, 'dist/agent.mjs')], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...SMALL_MALLOC,
        CONDUIT_STATE_DIR: stateDir,
        CONDUIT_RUN_DIR: runDir,
        CONDUIT_PREFIX: prefix,
        CONDUIT_TICK_MS: '500',
        CONDUIT_LOG_LEVEL: 'debug',
        // Nobody outside is asked for an answer by a test.
        CONDUIT_PROBE_ADDRESSES: '127.0.0.1',
        ...options.env,
      },
    });
    child = started;
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    started.stdout.on('data', collect);
    started.stderr.on('data', collect);
    await waitFor('the agent to answer', isUp, { timeoutMs: START_MS }).catch((error: unknown) => {
      // Nobody else would end it.
      started.kill('SIGKILL');
      throw error;
    });

    async function isUp(): Promise<boolean> {
      if (started.exitCode !== null)
        throw new Error(`the agent ended with code ${started.exitCode}:\n${output}`);
      return client.call('agent.get', {}).then(
        () => true,
        () => false,
      );
    }
  }

  async function kill(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    running.kill(signal);
    await waitFor(
      `the agent to end after ${signal}`,
      () => running.exitCode !== null || running.signalCode !== null,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${output.slice(-4000)}`);
    });
  }

  if (!options.keepEngine) await cleanEngine(prefix);
  await start();
  try {
    await client.call('balancer.configure', {
      primaryPort: 20_443,
      secondaryPort: 25_566,
      configPath: join(stateDir, 'nginx.conf'),
      targetSessions: 1000,
      // Nobody is there to be waited for; who tests that says so.
      drainSeconds: 2,
      ...options.balancer,
    });
  } catch (error) {
    // Nobody will dispose of it, and it would look after the next agent's stations.
    await kill('SIGKILL');
    throw error;
  }

  return {
    client,
    panelClient: (session) =>
      createClient({ socketPath: join(runDir, 'agent.sock'), ...(session === undefined ? {} : { session }) }),
    stateDir,
    runDir,
    prefix,
    pid: () => child?.pid ?? 0,
    log: () => output,
    kill,
    restart: async () => {
      await kill('SIGTERM');
      await start();
    },
    dispose: async () => {
      await kill('SIGKILL');
      await stopNginxOf(base);
      await cleanEngine(prefix);
      await cleanKernel(prefix);
      await rm(base, { recursive: true, force: true });
    },
  };
}

/**
 * Ends the nginx masters whose configuration lies below `directory`, and the workers that outlived such a master: their
 * UDP sessions last for minutes, and the next test's stations have the same addresses.
 */
export async function stopNginxOf(directory: string): Promise<void> {
  const ours: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    const command = await commandOf(pid);
    const log = await readlink(`/proc/${pid}/fd/2`).catch(() => '');
    if (command.startsWith('nginx: ') && (command.includes(directory) || log.startsWith(directory)))
      ours.push(pid);
  }
  for (const pid of ours) signal(pid, 'SIGTERM');
  await waitFor('nginx to end', async () =>
    (await Promise.all(ours.map(commandOf))).every((command) => !command.startsWith('nginx: ')),
  );
}

/** A process that ended and waits for its parent has no command line any more. */
function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}

/** An agent that was killed leaves its counters, and its rules where the kernel was its engine. */
async function cleanKernel(prefix: string): Promise<void> {
  for (const table of [`${prefix}_count`, `${prefix}_geo`])
    await run('nft', ['delete', 'table', 'inet', table], { okExitCodes: [1] });
  await removeKernelRules({ table: `${prefix}_balancer`, bridges: [`br-${prefix}`] });
}

async function cleanEngine(prefix: string): Promise<void> {
  const docker = createDocker('/var/run/docker.sock');
  const ours = (name: string) => new RegExp(`^${prefix}(-net|-data)?(-\\d+)?$`).test(name);
  for (const container of await docker.listContainers({ all: true })) {
    if (ours(container.name)) await docker.remove(container.id, { force: true });
  }
  for (const volume of await docker.listVolumes())
    if (ours(volume.name)) await docker.removeVolume(volume.name);
  for (const network of await docker.listNetworks())
    if (ours(network.name)) await docker.removeNetwork(network.name);
  await forgetFormerImage(prefix);
}

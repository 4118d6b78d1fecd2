/** Puts the kernel engine's rules in and takes them out: a table of our own, and Docker's leave to forward. */
import { isIP } from 'node:net';
import { AppError } from '../contract/errors.ts';
import { CommandError, isNotInstalled, run } from '../host/run.ts';
import { STATION_PORTS } from './render.ts';

export interface KernelPath {
  /** Name of our nftables table, and comment of our rule. */
  table: string;
  /** Bridges the stations are on. */
  bridges: readonly string[];
}

/** @throws AppError host_unsupported when nftables is missing, balancer_rejected with nft's words */
export async function applyKernelRules(path: KernelPath, script: string): Promise<void> {
  await nft(['-f', '-'], script);
  for (const bridge of path.bridges) await allowForwarding(path.table, bridge);
}

/** Leaves nothing of ours behind; sessions that stand go on, conntrack knows their way. */
export async function removeKernelRules({ table, bridges }: KernelPath): Promise<void> {
  if (await hasTable(table)) await nft(['delete', 'table', 'ip', table]);
  for (const bridge of bridges) {
    for (const rule of forwardRules(table, bridge))
      while (await iptables(['-C', 'DOCKER-USER', ...rule])) await iptables(['-D', 'DOCKER-USER', ...rule]);
  }
}

/** Whether our rules stand; a person or another program can flush everything. */
export async function hasKernelRules({ table, bridges }: KernelPath): Promise<boolean> {
  if (!(await hasTable(table))) return false;
  if (!(await hasDockerChain())) return true;
  for (const bridge of bridges)
    for (const rule of forwardRules(table, bridge))
      if (!(await iptables(['-C', 'DOCKER-USER', ...rule]))) return false;
  return true;
}

/**
 * UDP that goes on towards a station that is gone would keep its entry alive for ever.
 * @returns false where the program `conntrack` is not installed
 */
export async function forgetUdpSessions(address: string): Promise<boolean> {
  if (isIP(address) !== 4) throw new Error('not an IPv4 address');
  try {
    // It prints each entry it deletes, with the client's address. Exit code 1: there was none to delete.
    await run('conntrack', ['-D', '-p', 'udp', '--reply-src', address], {
      timeoutMs: 10_000,
      okExitCodes: [1],
      discard: true,
    });
    return true;
  } catch (error) {
    if (isNotInstalled(error)) return false;
    throw error;
  }
}

/** Whether `forgetUdpSessions` can do anything on this host. */
export async function canForgetUdp(): Promise<boolean> {
  return run('conntrack', ['--version'], { timeoutMs: 10_000 }).then(
    () => true,
    (error: unknown) => {
      if (isNotInstalled(error)) return false;
      throw error;
    },
  );
}

/** Docker drops what it did not publish itself, unless a rule in the chain it leaves to the operator accepts it. */
async function allowForwarding(table: string, bridge: string): Promise<void> {
  if (!(await hasDockerChain())) return;
  for (const rule of forwardRules(table, bridge))
    if (!(await iptables(['-C', 'DOCKER-USER', ...rule])))
      await run('iptables', ['-w', '-I', 'DOCKER-USER', ...rule]);
}

/** Only what some rule has led to a station, and only its two ports. */
function forwardRules(table: string, bridge: string): string[][] {
  const ports = `${STATION_PORTS.primary},${STATION_PORTS.secondary}`;
  return ['tcp', 'udp'].map((protocol) => [
    ...['-o', bridge, '-p', protocol, '-m', 'multiport', '--dports', ports],
    ...['-m', 'conntrack', '--ctstate', 'DNAT', '-m', 'comment', '--comment', table, '-j', 'ACCEPT'],
  ]);
}

function hasDockerChain(): Promise<boolean> {
  return iptables(['-n', '-L', 'DOCKER-USER']);
}

/** @returns whether iptables agreed. @throws AppError when it is not installed */
async function iptables(args: readonly string[]): Promise<boolean> {
  try {
    const { exitCode } = await run('iptables', ['-w', ...args], { timeoutMs: 10_000, okExitCodes: [1] });
    return exitCode === 0;
  } catch (error) {
    throw unsupported(error, 'iptables');
  }
}

/** Asks for chains: any other list of nft 1.0.6 reads every client in our sets first, which takes seconds. */
async function hasTable(table: string): Promise<boolean> {
  const { stdout } = await run('nft', ['list', 'chains', 'ip'], { timeoutMs: 10_000 }).catch(
    (error: unknown) => {
      throw unsupported(error, 'nftables');
    },
  );
  return stdout.split('\n').includes(`table ip ${table} {`);
}

async function nft(args: readonly string[], input?: string): Promise<void> {
  await run('nft', args, { timeoutMs: 20_000, ...(input === undefined ? {} : { input }) }).catch(
    (error: unknown) => {
      throw unsupported(error, 'nftables');
    },
  );
}

function unsupported(error: unknown, name: string): unknown {
  if (!(error instanceof CommandError)) return error;
  if (isNotInstalled(error))
    return new AppError('host_unsupported', {
      message: `The kernel engine needs ${name}, which is not installed.`,
      remedy: `Install it with \`sudo apt-get install ${name}\`, or choose the engine \`nginx\` in Settings.`,
      cause: error,
    });
  return new AppError('balancer_rejected', {
    message: `The kernel refused the rules: ${error.message}`,
    remedy: 'Choose the engine `nginx` in Settings; it needs nothing of the kernel.',
    cause: error,
  });
}

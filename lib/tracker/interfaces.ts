/** The interface that leads to the internet, and the addresses of this server. */

import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { readIfThere } from '../host/absent.ts';
import { run } from '../host/run.ts';
import { type OwnAddresses, ownAddresses } from './special-addresses.ts';

/** Every route of this host, as the kernel lists them: another text means that the way out may be another. */
export async function readRoutes(): Promise<string> {
  const tables = ['/proc/net/route', '/proc/net/ipv6_route'].map(readIfThere);
  return (await Promise.all(tables)).join();
}

interface Route {
  dst?: string;
  dev?: string;
  metric?: number;
}

/**
 * As the plan has it: the way to 1.1.1.1, else the default route, the one with the smallest metric; IPv6 last.
 * @returns null when no way leads out
 */
export async function findMainInterface(): Promise<string | null> {
  const questions = [
    ['-j', 'route', 'get', '1.1.1.1'],
    ['-j', 'route', 'show', 'default'],
    ['-j', '-6', 'route', 'show', 'default'],
  ];
  for (const question of questions) {
    const { stdout, exitCode } = await run('ip', question, { okExitCodes: [1, 2], timeoutMs: 5000 });
    const device = exitCode === 0 ? bestDevice(stdout) : null;
    if (device !== null) return device;
  }
  return null;
}

/** @param json as `ip -j` prints it; may be empty */
export function bestDevice(json: string): string | null {
  if (json.trim() === '') return null;
  const routes = (JSON.parse(json) as Route[]).filter(({ dev }) => dev !== undefined && dev !== 'lo');
  const [best] = routes.sort((a, b) => (a.metric ?? 0) - (b.metric ?? 0));
  return best?.dev ?? null;
}

/** Kept by the kernel for each interface, https://docs.kernel.org/admin-guide/abi-testing.html */
const INTERFACES = '/sys/class/net';
const ARPHRD_ETHER = '1';

export function listInterfaces(): string[] {
  return readdirSync(INTERFACES);
}

/** @returns null when there is no such interface */
export function readInterface(name: string): { ethernet: boolean; index: string } | null {
  try {
    const read = (file: string) => readFileSync(`${INTERFACES}/${name}/${file}`, 'utf8').trim();
    return { ethernet: read('type') === ARPHRD_ETHER, index: read('ifindex') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Of containers, as a rule; nobody outside reaches the host by them. */
const INNER = /^(docker|br-|veth)/;

export interface ServerAddresses {
  own: OwnAddresses;
  /** Those by which clients may reach this server, as text; a floating one can lie on the loopback. */
  hosts: string[];
}

/**
 * @param watched the interface that clients come in by, whatever its name: `br-lan` may be the main one
 * @param interfaces as `os.networkInterfaces` has them
 */
export function readAddresses(
  watched: string | null,
  interfaces: Record<string, { address: string }[] | undefined> = networkInterfaces(),
): ServerAddresses {
  const isInner = (name: string) => name !== watched && INNER.test(name);
  const all = Object.entries(interfaces).flatMap(([name, entries]) =>
    (entries ?? []).map(({ address }) => ({ name, address })),
  );
  return {
    own: ownAddresses(all.map(({ address }) => address)),
    hosts: all
      .filter(({ name, address }) => !isInner(name) && !/^(127\.|::1$|fe80:)/.test(address))
      .map(({ address }) => address)
      .sort(),
  };
}

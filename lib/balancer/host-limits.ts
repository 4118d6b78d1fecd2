/** What this host allows a worker: files, cores, IPv6. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { ifAbsent } from '../host/absent.ts';

export interface HostLimits {
  cores: number;
  openFilesLimit: number;
  ipv6: boolean;
}

/** With this capability root may raise its own hard limit up to fs.nr_open. */
const CAP_SYS_RESOURCE = 1n << 24n;

export async function readHostLimits(): Promise<HostLimits> {
  const [limits, status, nrOpen, inet6] = await Promise.all([
    readFile('/proc/self/limits', 'utf8'),
    readFile('/proc/self/status', 'utf8'),
    readFile('/proc/sys/fs/nr_open', 'utf8'),
    readFile('/proc/net/if_inet6', 'utf8').catch(ifAbsent('')),
  ]);
  return {
    cores: availableParallelism(),
    openFilesLimit: openFilesLimit(limits, status, Number(nrOpen)),
    ipv6: inet6.trim() !== '',
  };
}

/**
 * The limit nginx can give its workers: the inherited hard limit, or all the kernel allows where we may raise it.
 * Pure.
 */
export function openFilesLimit(limits: string, status: string, nrOpen: number): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1] ?? '1024';
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const mayRaise = (capabilities & CAP_SYS_RESOURCE) !== 0n;
  return mayRaise || hard === 'unlimited' ? nrOpen : Number(hard);
}

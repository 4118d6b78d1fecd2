/**
 * A copy of what this kernel says, in a directory: parameters can be set and faults provoked there without doing any of
 * it to the machine.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parametersFor } from '../../lib/tuning/catalogue.ts';

const READ_BY_THE_DOCTOR = [
  'fs.file-nr',
  'net.ipv4.ip_forward',
  'net.ipv4.tcp_available_congestion_control',
  'net.netfilter.nf_conntrack_count',
];

export interface KernelCopy {
  /** For the agent that shall take it for the real one. */
  env: { CONDUIT_ETC_DIR: string; CONDUIT_PROC_SYS: string };
  etc(path: string): string;
  set(key: string, value: string): Promise<void>;
  get(key: string): Promise<string>;
}

export async function copyKernel(root: string): Promise<KernelCopy> {
  const env = { CONDUIT_ETC_DIR: join(root, 'etc'), CONDUIT_PROC_SYS: join(root, 'sys') };
  const pathOf = (key: string) => join(env.CONDUIT_PROC_SYS, ...key.split('.'));
  async function set(key: string, value: string): Promise<void> {
    await mkdir(dirname(pathOf(key)), { recursive: true });
    await writeFile(pathOf(key), `${value}\n`);
  }
  await mkdir(env.CONDUIT_ETC_DIR, { recursive: true });
  const wanted = { sessions: 1000, stations: 2, ports: [], memoryBytes: 2 ** 33, cores: 2 };
  for (const key of [...parametersFor(wanted).map((parameter) => parameter.key), ...READ_BY_THE_DOCTOR]) {
    // What this kernel does not have the copy does not have either.
    const value = await readFile(join('/proc/sys', ...key.split('.')), 'utf8').catch(() => null);
    if (value !== null) await set(key, value.trimEnd());
  }
  return {
    env,
    etc: (path) => join(env.CONDUIT_ETC_DIR, path),
    set,
    get: async (key) => (await readFile(pathOf(key), 'utf8')).trim(),
  };
}

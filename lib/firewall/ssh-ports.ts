/** On which ports people come in by SSH: asked of everyone who may know, since one too few shuts them out. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ifAbsent, readIfThere } from '../host/absent.ts';
import { listServedPorts } from '../host/port-owner.ts';
import { askProgram } from './ask-program.ts';

/** OpenSSH, its sessions from 9.8 on, and what small systems have instead. */
const SERVERS = ['sshd', 'sshd-session', 'dropbear'];

export interface SshPorts {
  ports: number[];
  /** False: nobody knew, and 22 is a guess. */
  sure: boolean;
}

export async function findSshPorts(etcDir: string): Promise<SshPorts> {
  const [effective, sockets, served] = await Promise.all([
    askProgram('sshd', ['-T']),
    // Under socket activation systemd listens, not sshd.
    askProgram('systemctl', ['show', 'ssh.socket', 'sshd.socket', '--property=ActiveState,Listen']),
    listServedPorts(SERVERS),
  ]);
  const told = sshdPorts(effective ?? (await configOf(etcDir)));
  const ports = [...new Set([...told, ...socketPorts(sockets ?? ''), ...served])].sort((a, b) => a - b);
  return ports.length > 0 ? { ports, sure: true } : { ports: [22], sure: false };
}

async function configOf(etcDir: string): Promise<string> {
  const more = join(etcDir, 'ssh/sshd_config.d');
  const names = (await readdir(more).catch(ifAbsent<string[]>([]))).filter((name) => name.endsWith('.conf'));
  const paths = [join(etcDir, 'ssh/sshd_config'), ...names.map((name) => join(more, name))];
  return (await Promise.all(paths.map(readIfThere))).map((text) => text ?? '').join('\n');
}

/** Of all `Port` and `ListenAddress` lines of a configuration, or of what `sshd -T` prints. Pure. */
export function sshdPorts(config: string): number[] {
  const ports = config.split('\n').flatMap((line) => {
    const port =
      /^\s*Port\s+(\d{1,5})\s*$/i.exec(line) ??
      /^\s*ListenAddress\s+(?:\[[^\]]*\]|[^:\s]+):(\d{1,5})\s*$/i.exec(line);
    return port?.[1] === undefined ? [] : [Number(port[1])];
  });
  return [...new Set(ports)];
}

/** Of the units that are active, as `systemctl show` prints them, a blank line between two. Pure. */
export function socketPorts(text: string): number[] {
  return text
    .split(/\n\n+/)
    .filter((unit) => /^ActiveState=active$/m.test(unit))
    .flatMap((unit) => [...unit.matchAll(/:(\d{1,5}) \(Stream\)/g)].map(([, port]) => Number(port)));
}

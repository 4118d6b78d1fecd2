/** Whom tcpdump becomes once it has opened the device. */
import { readFileSync } from 'node:fs';

/** Debian's package makes a user of that name; elsewhere it is nobody. */
const WANTED = ['tcpdump', 'pcap', 'nobody'];

export function unprivilegedUser(users = readFileSync('/etc/passwd', 'utf8')): string {
  const names = new Set(users.split('\n').map((line) => line.split(':', 1)[0]));
  return WANTED.find((name) => names.has(name)) ?? 'nobody';
}

/** The firewall in words for people. Pure; shared by the panel and the CLI. */
import type { FirewallReport } from '../contract/firewall.ts';
import { plural } from './count.ts';

export const PURPOSES: Record<FirewallReport['needed'][number]['purpose'], string> = {
  ssh: 'SSH, your own way in',
  balancer: 'clients',
};

const MANAGERS: Record<FirewallReport['manager'], string> = {
  ufw: 'ufw',
  firewalld: 'firewalld',
  own: 'Rules of your own',
  none: 'No firewall',
};

export function firewallSentence({ manager, active, needed, beyond }: FirewallReport): string {
  const closed = needed.filter(({ open }) => open === false).length;
  if (manager === 'none') return 'No firewall holds anything back on this server.';
  if (!active) return `${MANAGERS[manager]} is installed and off: everything is open.`;
  if (needed.some(({ open }) => open === null)) return `${MANAGERS[manager]} decide what is let in.`;
  if (closed > 0)
    return `${MANAGERS[manager]} is on, and ${plural(closed, 'port')} that clients or you need are shut.`;
  if (beyond.length > 0)
    return `${MANAGERS[manager]} is on; all that is needed is open, and ${plural(beyond.length, 'rule')} let in more.`;
  return `${MANAGERS[manager]} is on; what is needed is open, and nothing else.`;
}

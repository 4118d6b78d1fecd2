/** Who keeps the rules of this host, and what they let in. */
import { join } from 'node:path';
import { readIfThere } from '../host/absent.ts';
import { askProgram } from './ask-program.ts';
import { isOpenInZone } from './firewalld.ts';
import { holdsBack, isLetIn, parseInputChains } from './nft-rules.ts';
import { type Opening, parseUfwRules, type UfwRules } from './rules.ts';

export interface Ufw {
  active: boolean;
  rules: UfwRules;
}

/** Who decides over what comes in; ufw only while it is on. */
export type Keeper =
  | { manager: 'ufw'; ufw: Ufw }
  | { manager: 'firewalld' | 'own'; isOpen: (opening: Opening) => boolean | null }
  | { manager: 'none' };

export async function readUfw(etcDir: string): Promise<Ufw | null> {
  const status = await askProgram('ufw', ['status']);
  if (status === null) return null;
  const [added, defaults] = await Promise.all([
    askProgram('ufw', ['show', 'added']),
    readIfThere(join(etcDir, 'default/ufw')),
  ]);
  if (added === null) return null;
  return { active: /^Status: active/m.test(status), rules: parseUfwRules(added, defaults ?? '') };
}

export async function findKeeper(ufw: Ufw | null): Promise<Keeper> {
  if (ufw?.active) return { manager: 'ufw', ufw };
  if ((await askProgram('firewall-cmd', ['--state']))?.trim() === 'running') {
    const zone = (await askProgram('firewall-cmd', ['--list-all'])) ?? '';
    return { manager: 'firewalld', isOpen: (opening) => isOpenInZone(zone, opening) };
  }
  // Terse: members of sets may be addresses of clients.
  const chains = parseInputChains((await askProgram('nft', ['--terse', 'list', 'ruleset'])) ?? '');
  const older = await oldTablesHoldBack();
  if (chains.some(holdsBack) || older)
    return { manager: 'own', isOpen: (opening) => (older ? null : isLetIn(chains, opening)) };
  return { manager: 'none' };
}

/** iptables as it was before nftables has tables of its own; to ask for them is to make them, so the kernel is asked first. */
async function oldTablesHoldBack(): Promise<boolean> {
  const tables = (await readIfThere('/proc/net/ip_tables_names')) ?? '';
  if (!tables.split('\n').includes('filter')) return false;
  const rules = (await askProgram('iptables-legacy', ['-S', 'INPUT'])) ?? '';
  return /^-P INPUT DROP|^-A INPUT -j (DROP|REJECT)/m.test(rules);
}

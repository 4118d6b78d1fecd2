/** Takes an installation off the host again, after its fleet is down: what was there before us comes back. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ownershipOf } from '../balancer/marker.ts';
import { restoreOriginal } from '../balancer/restore.ts';
import { firewallRecordPath, revertFirewall } from '../firewall/firewall.ts';
import { FLEET_LABEL, formerImageName } from '../fleet/names.ts';
import { plural } from '../format/count.ts';
import { tuningRecordPath } from '../tuning/record.ts';
import { revertTuning } from '../tuning/revert.ts';
import { removeAccount } from './account.ts';
import { removeCommand } from './command-link.ts';
import { startHostNginx } from './host-nginx.ts';
import type { Layout } from './layout.ts';
import { readManifest } from './manifest.ts';
import type { ServiceManager } from './service-manager.ts';
import { removePackages } from './system-packages.ts';
import { removeTrackerTable } from './tracker-table.ts';

export interface UninstallOptions {
  layout: Layout;
  manager: ServiceManager;
  /** Where the balancer's configuration was written. */
  balancerConfig: string;
  /** Database, keys' fingerprints and backups too. */
  purgeState: boolean;
  /** Packages that the installation brought. */
  packages: boolean;
}

/** What stays whatever is asked for, each with the reason. @param say a line for each thing done */
export async function uninstall(options: UninstallOptions, say: (text: string) => void): Promise<void> {
  const { layout, manager, purgeState } = options;
  const manifest = await readManifest(layout.paths.installManifest);
  for (const name of ['panel', 'agent'] as const) {
    await manager.stop(name);
    await manager.remove(name);
  }
  await removeTrackerTable(layout);
  say('Panel and agent: stopped and removed');
  await restoreBalancer(options, manifest.nginxRan, say);
  await restoreKernel(layout, say);
  await restoreFirewall(layout, say);
  if (await removeCommand(layout)) say(`${layout.command}: removed`);
  await rm(dirname(layout.releasesDir), { recursive: true, force: true });
  await rm(layout.etcDir, { recursive: true, force: true });
  say('Program and configuration: removed');
  if (manifest.dockerStarted === 'supervisor')
    say('Docker: still runs, kept up by our supervisor until the next reboot');
  if (manifest.dockerStarted === 'systemd') say('Docker: stays; `systemctl disable --now docker` stops it');
  await removePackagesIfAsked(options, manifest.packages, say);
  if (await removeAccount(layout)) say(`Account ${layout.account}: removed`);
  await removeState(layout, purgeState, manifest.dockerStarted === 'supervisor');
  if (!purgeState)
    say(`Kept: ${layout.paths.database} (history, settings, sign-in) and ${layout.paths.backupsDir}`);
}

async function restoreKernel(layout: Layout, say: (text: string) => void): Promise<void> {
  const recordPath = tuningRecordPath(layout.paths.stateDir);
  const outcomes = await revertTuning({ procSys: '/proc/sys', etcDir: '/etc', runDir: '/run', recordPath });
  if (outcomes.length > 0)
    say(`Kernel: ${plural(outcomes.length, 'value')} as before the first \`conduit tune\``);
  for (const { key, note } of outcomes.filter(({ outcome }) => outcome === 'impossible'))
    say(`${key}: could not be put back: ${note}; what it was stands in ${recordPath}`);
}

async function restoreFirewall(layout: Layout, say: (text: string) => void): Promise<void> {
  const recordPath = firewallRecordPath(layout.paths.stateDir);
  const { removed, kept } = await revertFirewall({ etcDir: '/etc', recordPath });
  if (removed > 0) say(`Firewall: ${plural(removed, 'rule')} of ours taken out`);
  if (kept.length > 0)
    say(
      `Firewall: ${kept.join(', ')} stays open, ufw is on and it may be your way in; \`sudo ufw delete allow ${kept[0]}\``,
    );
}

async function restoreBalancer(
  { layout, balancerConfig }: UninstallOptions,
  nginxRan: boolean,
  say: (text: string) => void,
): Promise<void> {
  const backupsDir = join(layout.paths.backupsDir, 'nginx');
  const outcome = await restoreOriginal({ configPath: balancerConfig, backupsDir });
  if (outcome === 'untouched') say(`${balancerConfig}: ${await whyUntouched(balancerConfig)}`);
  else if (outcome === 'removed') say(`${balancerConfig}: removed, there was none before`);
  else {
    if (nginxRan) await startHostNginx();
    say(`${balancerConfig}: as it was before the installation${nginxRan ? '; nginx serves it again' : ''}`);
  }
}

/** Ours without a known original: the state directory that held it was removed by hand. */
async function whyUntouched(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null || ownershipOf(text) === 'foreign') return 'left alone, it is not ours';
  return 'is ours, but the file before it is not known any more; delete it and reinstall nginx to have the default back';
}

async function removePackagesIfAsked(
  { packages }: UninstallOptions,
  names: readonly string[],
  say: (text: string) => void,
) {
  if (names.length === 0) return;
  if (!packages) {
    say(`Packages that the installation brought stay: ${names.join(' ')} (--packages removes them)`);
    return;
  }
  await removePackages(names);
  say(`Packages: removed ${names.join(' ')}`);
}

async function removeState(layout: Layout, purge: boolean, dockerSupervised: boolean): Promise<void> {
  const { stateDir, runDir, database, backupsDir } = layout.paths;
  if (purge) await rm(stateDir, { recursive: true, force: true });
  else
    for (const name of await readdir(stateDir)) {
      const path = join(stateDir, name);
      // SQLite's journal files belong to the database. A record of values is left only where the kernel did not take one.
      const kept = path.startsWith(database) || path === backupsDir || path === tuningRecordPath(stateDir);
      if (!kept) await rm(path, { recursive: true, force: true });
    }
  // The supervisor of Docker still writes there.
  if (dockerSupervised) return;
  await rm(runDir, { recursive: true, force: true });
  await rm(layout.logDir, { recursive: true, force: true });
}

/** What an uninstallation by force could not take away, each with the command that does. */
export function leftBehindBy(prefix: string): string[] {
  return [
    'Left behind, as far as it was there:',
    `  stations: sudo docker rm -f $(sudo docker ps -aq --filter label=${FLEET_LABEL}=${prefix})`,
    `  their networks: sudo docker network rm $(sudo docker network ls -q --filter label=${FLEET_LABEL}=${prefix})`,
    `  the image before the last update: sudo docker image rm ${formerImageName(prefix)}`,
    '  nginx, which still runs the balancer: sudo nginx -s quit (then start it again if you serve sites with it)',
    `  tables in the kernel: sudo nft delete table inet ${prefix}_count; … inet ${prefix}_geo; … ip ${prefix}_balancer`,
    `  rules in Docker's DOCKER-USER chain that name br-${prefix}: sudo iptables -S DOCKER-USER`,
  ];
}

import { AppError } from '../../lib/contract/errors.ts';
import { DEFAULT_BALANCER_SETTINGS } from '../../lib/contract/settings.ts';
import { plural } from '../../lib/format/count.ts';
import { createServiceManager } from '../../lib/install/service-manager.ts';
import type { Cli, Command, Options } from '../command.ts';
import { confirm } from '../confirm.ts';
import { takeFleetDown } from './down.ts';

export const uninstall: Command = {
  name: 'uninstall',
  summary: 'undo the installation; the stations’ volumes stay unless told otherwise',
  options: [
    { flags: '-y, --yes', description: 'do not ask' },
    { flags: '--purge', description: 'remove database and backups too' },
    {
      flags: '--purge-volumes',
      description: "remove the stations' volumes: keys and reputation are lost for ever",
    },
    { flags: '--confirm <words>', description: 'the words --purge-volumes asks for, for scripts' },
    { flags: '--packages', description: 'remove the system packages that the installation brought' },
    {
      flags: '--force',
      description: 'go on when the agent does not answer; its containers are then left behind',
    },
    {
      flags: '--leave-older',
      description: 'go on although stations of an older manager were taken over: they stay stopped',
    },
  ],
  needsRoot: true,
  run,
};

async function run(cli: Cli, _words: string[], options: Options): Promise<void> {
  const { stationVolumes, removeVolumes } = await import('../../lib/install/volumes.ts');
  const { uninstall: takeOff } = await import('../../lib/install/uninstall.ts');
  await refuseWithOlder(cli, options);
  const volumes = options.purgeVolumes === true ? await stationVolumes(cli.layout) : [];
  await confirmed(cli, options, volumes);
  const balancerConfig = await takeDown(cli, options.force === true);
  const manager = createServiceManager(cli.layout, `${cli.layout.current}/templates`);
  const switches = { purgeState: options.purge === true, packages: options.packages === true };
  await takeOff({ layout: cli.layout, manager, balancerConfig, ...switches }, (line) => cli.print(line));
  if (volumes.length > 0) {
    await removeVolumes(volumes);
    cli.print(
      `Volumes: removed ${plural(volumes.length, 'volume')}, with the keys and the reputation of their stations`,
    );
  } else if (options.purgeVolumes !== true) {
    cli.print("Kept: the stations' volumes, with their keys; `conduit up` finds them again");
  }
}

/**
 * Stations of an older manager are put aside, or still run on volumes that look like ours: neither may be lost by the way.
 * @throws AppError conflict
 */
async function refuseWithOlder(cli: Cli, options: Options): Promise<void> {
  const report = await cli.client.call('migration.get', {}).catch((error: unknown) => {
    // Said below, with what can be done about it.
    if (error instanceof AppError && error.code === 'agent_unreachable') return null;
    throw error;
  });
  if (report === null) return;
  const { migration, stations, orphans } = report;
  if (migration !== null && migration.state !== 'rolled-back' && options.leaveOlder !== true)
    throw new AppError('conflict', {
      message: `uninstall: ${plural(migration.stations.length, 'station')} of an older manager ${migration.stations.length === 1 ? 'was' : 'were'} taken over and would stay stopped.`,
      remedy:
        'Bring them back first: sudo ./conduit rollback-to-v1. Or leave them put aside: --leave-older (their keys stay in their volumes).',
    });
  const theirs =
    stations.length + orphans.length > 0 || (migration !== null && migration.state !== 'rolled-back');
  if (options.purgeVolumes === true && theirs)
    throw new AppError('conflict', {
      message:
        'uninstall: volumes with keys of an older manager have names like ours, so --purge-volumes would hit them.',
      remedy:
        'Leave it out; volumes that are not wanted any more can be removed by name with `docker volume rm`.',
    });
}

async function confirmed(cli: Cli, options: Options, volumes: readonly string[]): Promise<void> {
  if (volumes.length > 0) {
    const words = `delete ${plural(volumes.length, 'volume')}`;
    cli.print(`${cli.style.red('This cannot be undone.')} ${volumes.join(', ')} hold the stations' keys.`);
    cli.print(
      'Without its key a station is a new one: the reputation it earned with Psiphon, and so its clients, are gone.',
    );
    const given = options.confirm ?? (await cli.ask(`Type "${words}" to go on: `));
    if (given !== words)
      throw new AppError('cancelled', {
        message: 'uninstall: not confirmed, nothing was changed.',
        remedy: `In a script: --purge-volumes --confirm "${words}"`,
      });
    return;
  }
  await confirm(cli, options, 'uninstall', 'Stop all stations and remove Conduit from this server?');
}

/** @returns where the balancer's configuration lies */
async function takeDown(cli: Cli, force: boolean): Promise<string> {
  try {
    const { settings } = await cli.client.call('balancer.get', {});
    await takeFleetDown(cli);
    return settings.configPath;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'agent_unreachable') throw error;
    if (!force)
      throw new AppError('agent_unreachable', {
        message: 'uninstall: the agent does not answer, and only it can take stations and balancer down.',
        remedy:
          'Start it with `sudo ./conduit up --no-fleet`, or go on without it: --force (containers are left behind).',
        cause: error,
      });
    return DEFAULT_BALANCER_SETTINGS.configPath;
  }
}

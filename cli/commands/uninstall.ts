import { AppError, type ErrorCode } from '../../lib/contract/errors.ts';
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
    {
      flags: '--purge',
      description: 'remove history, settings, sign-in, the ledger of keys and all backups too',
    },
    {
      flags: '--purge-volumes',
      description: "remove the stations' volumes: keys and reputation are lost for ever",
    },
    { flags: '--confirm <words>', description: 'the words --purge-volumes asks for, for scripts' },
    { flags: '--packages', description: 'remove the system packages that the installation brought' },
    {
      flags: '--force',
      description: 'go on when agent or Docker does not answer; what is left behind is named',
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
  const { forgetFormerImage } = await import('../../lib/install/former-image.ts');
  const { stationVolumes, removeVolumes } = await import('../../lib/install/volumes.ts');
  const { uninstall: takeOff, leftBehindBy } = await import('../../lib/install/uninstall.ts');
  await refuseWithOlder(cli, options);
  const volumes = options.purgeVolumes === true ? await stationVolumes(cli.layout) : [];
  await confirmed(cli, options, volumes);
  const { balancerConfig, image, leftBehind } = await takeDown(cli, options.force === true);
  const manager = createServiceManager(cli.layout, `${cli.layout.current}/templates`);
  const switches = { purgeState: options.purge === true, packages: options.packages === true };
  const purgeVolumes = async () => {
    if (volumes.length === 0) return;
    await removeVolumes(volumes);
    cli.print(
      `Volumes: removed ${plural(volumes.length, 'volume')}, with the keys and the reputation of their stations`,
    );
  };
  // While there is an engine to ask: --packages may take it away.
  if (!leftBehind) {
    await forgetFormerImage(cli.layout.prefix);
    await purgeVolumes();
  }
  await takeOff({ layout: cli.layout, manager, balancerConfig, ...switches }, (line) => cli.print(line));
  if (image !== null) cli.print(`Kept: the image ${image}; \`sudo docker image rm ${image}\` removes it`);
  if (leftBehind) {
    for (const line of leftBehindBy(cli.layout.prefix)) cli.print(line);
    // Those of stations that still run cannot be removed, and the engine says so.
    await purgeVolumes();
  }
  if (options.purgeVolumes !== true)
    cli.print("Kept: the stations' volumes, with their keys; `conduit up` finds them again");
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
  if (options.purge === true)
    cli.print(
      `${cli.style.red('--purge removes for ever:')} the history of all stations, the settings, the sign-in, the ledger that tells a changed key, and every backup (${cli.layout.paths.stateDir}).`,
    );
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

interface TakenDown {
  /** Where the balancer's configuration lies. */
  balancerConfig: string;
  /** What the stations ran; null when nobody could say. */
  image: string | null;
  /** Stations and balancer could not be taken down, and whoever forces it goes on without. */
  leftBehind: boolean;
}

async function takeDown(cli: Cli, force: boolean): Promise<TakenDown> {
  let found = { balancerConfig: DEFAULT_BALANCER_SETTINGS.configPath, image: null as string | null };
  try {
    const { settings } = await cli.client.call('balancer.get', {});
    found = { ...found, balancerConfig: settings.configPath };
    found.image = (await cli.client.call('fleet.get', {})).settings.image;
    await takeFleetDown(cli);
    return { ...found, leftBehind: false };
  } catch (error) {
    const reason = error instanceof AppError ? REASONS[error.code] : undefined;
    if (reason === undefined) throw error;
    if (force) return { ...found, leftBehind: true };
    throw new AppError((error as AppError).code, {
      message: `uninstall: ${reason.what}, so stations and balancer cannot be taken down.`,
      remedy: `${reason.remedy}, or go on without it: --force (stations, nginx and rules in the kernel are left behind, and named).`,
      cause: error,
    });
  }
}

const REASONS: Partial<Record<ErrorCode, { what: string; remedy: string }>> = {
  agent_unreachable: {
    what: 'the agent does not answer',
    remedy: 'Start it with `sudo ./conduit up --no-fleet`',
  },
  engine_unavailable: {
    what: 'the Docker engine does not answer',
    remedy: 'Start it with `sudo systemctl start docker`',
  },
};

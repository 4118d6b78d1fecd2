import { AppError } from '../../lib/contract/errors.ts';
import type { Input } from '../../lib/contract/operations.ts';
import { fleetSettingsSchema } from '../../lib/contract/settings.ts';
import { plural } from '../../lib/format/count.ts';
import { noteCapacity } from '../capacity-note.ts';
import type { Cli, Command, Options } from '../command.ts';
import { followJob } from '../follow-job.ts';
import { panelPortSchema } from '../panel-port-schema.ts';
import { numberArgument } from '../parse.ts';
import { stepReport } from '../step-report.ts';
import { setupLink } from './admin.ts';
import { tuneForUp } from './tune.ts';

const SIMULATOR_IMAGE = 'conduit-simulator:demo';
const AGENT_ANSWERS_WITHIN_MS = 60_000;
const PANEL_ANSWERS_WITHIN_MS = 60_000;

export const up: Command = {
  name: 'up',
  summary: 'install, build and start everything; changes nothing that is right already',
  options: [
    { flags: '--simulator', description: 'run a stand-in station image, made here without a network' },
    { flags: '--count <number>', description: 'stations wanted (default: as before, 40 the first time)' },
    {
      flags: '--port <number>',
      description: "the panel's port on 127.0.0.1 (default: as before, 3000 the first time)",
    },
    { flags: '--image <reference>', description: 'the station image to run (default: as before)' },
    { flags: '--no-tune', description: 'leave the kernel’s parameters as they are' },
    { flags: '--no-fleet', description: 'start agent and panel, leave the fleet as it is' },
  ],
  details: 'Stations, balancer and settings are kept by `conduit down`; `conduit uninstall` undoes it all.',
  needsRoot: true,
  run,
};

async function run(cli: Cli, _words: string[], options: Options): Promise<void> {
  const settings = wantedSettings(options);
  // Loaded here: reading commands must not pay for what only setting up needs.
  const { installSteps } = await import('../../lib/install/install.ts');
  const { runSteps } = await import('../../lib/install/step.ts');
  const { openFilesNote } = await import('../../lib/install/open-files.ts');
  const { panelPort: installedPort } = await import('../../lib/install/panel-port.ts');
  process.umask(0o022);
  const { layout, env } = cli;
  const simulator = options.simulator === true;
  const panelPort =
    typeof options.port === 'string'
      ? numberArgument('up', 'port', options.port, panelPortSchema)
      : await installedPort(layout);
  const install = { layout, home: env.home, isCheckout: env.isCheckout, simulator, panelPort };
  await runSteps(installSteps(install), stepReport(cli));
  const note = openFilesNote();
  if (note !== null) cli.print(`${cli.style.yellow('!')} ${note}`);
  await waitForPrograms(cli, panelPort);
  if (simulator) await makeSimulator(cli);
  try {
    const older = await olderManager(cli);
    if (older !== null) cli.print(older);
    else {
      if (options.fleet !== false) await moveFleet(cli, settings);
      if (options.tune !== false) await tuneForUp(cli);
    }
  } finally {
    await printWayIn(cli, panelPort);
  }
}

type FleetSettings = NonNullable<Input<'fleet.apply'>['settings']>;

function wantedSettings({ count, image, simulator }: Options): FleetSettings {
  if (simulator === true && image !== undefined)
    throw new AppError('invalid_input', { message: 'up: --simulator and --image name two different images' });
  const { shape } = fleetSettingsSchema;
  const reference = simulator === true ? SIMULATOR_IMAGE : image;
  if (typeof reference === 'string') {
    const parsed = shape.image.safeParse(reference);
    if (!parsed.success)
      throw new AppError('invalid_input', {
        message: `up: image ${parsed.error.issues[0]?.message ?? 'is not valid'}, got ${reference}`,
      });
  }
  return {
    ...(typeof count === 'string' ? { count: numberArgument('up', 'count', count, shape.count) } : {}),
    ...(typeof reference === 'string' ? { image: reference } : {}),
  };
}

async function waitForPrograms(cli: Cli, port: number): Promise<void> {
  const { waitUntil } = await import('../../lib/install/wait-until.ts');
  const { panelAnswers } = await import('../../lib/install/panel-check.ts');
  const agentAnswers = () =>
    cli.client.call('agent.get', {}).then(
      () => true,
      (error: unknown) => {
        if (error instanceof AppError && error.code === 'agent_unreachable') return false;
        throw error;
      },
    );
  if (!(await waitUntil(agentAnswers, AGENT_ANSWERS_WITHIN_MS)))
    throw new AppError('agent_unreachable', {
      message: 'The agent was started and does not answer.',
      remedy: 'Its log says why: sudo conduit logs --agent',
    });
  if (!(await waitUntil(() => panelAnswers(port), PANEL_ANSWERS_WITHIN_MS)))
    throw new AppError('timed_out', {
      message: `The panel was started and does not answer on 127.0.0.1:${port}.`,
      remedy: 'Its log says why: sudo conduit logs --panel',
    });
}

async function makeSimulator(cli: Cli): Promise<void> {
  if (!cli.env.isCheckout)
    throw new AppError('host_unsupported', {
      message: 'up: the simulator is made from its sources, which are not part of the installed program.',
      remedy: 'Run `sudo ./conduit up --simulator` in the checkout.',
    });
  const { buildSimulator } = await import('../../lib/install/simulator.ts');
  await buildSimulator(cli.env.home, (line) => cli.print(`${cli.style.green('✓')} Simulator: ${line}`));
}

async function moveFleet(cli: Cli, settings: FleetSettings): Promise<void> {
  const { active } = await cli.client.call('fleet.get', {});
  const plan = await cli.client.call('fleet.plan', { settings });
  const same = plan.steps.filter(({ action }) => action !== 'blocked').length === 0;
  if (active && same && !(await differs(cli, settings))) {
    cli.print(`${cli.style.green('✓')} Fleet: already right, ${plural(plan.summary.unchanged, 'station')}`);
    return;
  }
  for (const note of plan.notes) cli.print(`${cli.style.yellow('!')} ${note}`);
  cli.print(`${cli.style.yellow('•')} Fleet: ${plural(plan.steps.length, 'station')} to change`);
  await noteCapacity(cli, settings);
  const { jobId } = await cli.client.call('fleet.apply', { settings });
  try {
    await followJob(cli, jobId);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'image_unavailable') throw error;
    throw new AppError('image_unavailable', {
      message: error.message,
      remedy:
        'Check the network and the image (`--image`); to try everything without a network: sudo ./conduit up --simulator. ' +
        'Agent and panel are up and stay so.',
      cause: error,
    });
  }
  const { stations } = await cli.client.call('snapshot.get', {});
  cli.print(
    `${cli.style.green('✓')} Fleet: ${stations.running} of ${plural(stations.wanted, 'station')} running`,
  );
}

/**
 * New stations beside those of an older manager would take their names, their ports and their kernel, and begin without
 * a reputation. @returns what to do first; null where nothing is in the way
 */
async function olderManager(cli: Cli): Promise<string | null> {
  const { migration, stations, obstacle } = await cli.client.call('migration.get', {});
  const state = migration?.state ?? null;
  const mark = cli.style.yellow('!');
  if (state === 'running' || state === 'rolling-back')
    return `${mark} Fleet: left as it is, a migration was begun and is not finished: sudo ./conduit ${state === 'running' ? 'migrate-to-v2' : 'rollback-to-v1'}`;
  const movable = stations.filter((station) => station.obstacle === null).length;
  if (movable === 0 || obstacle !== null) return null;
  return (
    `${mark} Fleet: not started, since ${plural(movable, 'station')} of an older manager ${movable === 1 ? 'runs' : 'run'} here. Nothing of it was changed.\n` +
    '  See what would happen: sudo ./conduit migrate-to-v2 --dry-run\n' +
    '  Take them over, with their keys: sudo ./conduit migrate-to-v2'
  );
}

async function differs(cli: Cli, wanted: FleetSettings): Promise<boolean> {
  const { settings } = await cli.client.call('fleet.get', {});
  return Object.entries(wanted).some(([key, value]) => settings[key as keyof FleetSettings] !== value);
}

async function printWayIn(cli: Cli, port: number): Promise<void> {
  const { tunnelCommand } = await import('../../lib/install/tunnel.ts');
  const { user, serverAddress } = cli.env;
  cli.print();
  cli.print(`Panel     http://localhost:${port}`);
  cli.print(`Tunnel    ${tunnelCommand({ port, user, serverAddress })}`);
  cli.print('          (on your own computer; then open the panel there)');
  const { needed } = await cli.client.call('setup.get', {});
  if (needed) {
    cli.print(`Set-up    ${cli.style.bold(await setupLink(cli))}`);
    cli.print(
      '          (creates the administrator; works once, not for long: `sudo conduit admin setup-link` makes another)',
    );
  }
}

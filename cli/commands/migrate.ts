import { AppError } from '../../lib/contract/errors.ts';
import type { MigrationReport } from '../../lib/contract/migration.ts';
import { fleetSettingsSchema } from '../../lib/contract/settings.ts';
import { plural } from '../../lib/format/count.ts';
import type { Cli, Command, Options } from '../command.ts';
import { confirm } from '../confirm.ts';
import { followAlone } from '../follow-job.ts';
import { migrationView } from '../migration-view.ts';
import { numberArgument } from '../parse.ts';

/** How often the agent may be restarted on the way. */
const RESTARTS_BORNE = 3;

export const migrateToV2: Command = {
  name: 'migrate-to-v2',
  summary: 'take over the stations of conduit-manager 1.x or CONDUIT-CLUSTER-MANAGER, with their keys',
  options: [
    { flags: '--dry-run', description: 'show what was found and what would happen; change nothing' },
    { flags: '--count <number>', description: 'stations wanted afterwards (default: asked for, 40)' },
    { flags: '--image <reference>', description: 'the image they are to run (default: as in the settings)' },
    {
      flags: '--shred-addresses',
      description: 'at the end, destroy the files in which the old tracker kept client addresses',
    },
    { flags: '-y, --yes', description: 'do not ask' },
    { flags: '--json', description: 'with --dry-run: print it as JSON' },
  ],
  details:
    'Stations move one by one; clients of those that have not moved yet stay connected. What was interrupted is gone on\n' +
    'with by calling it again. `conduit rollback-to-v1` puts everything back.',
  needsRoot: true,
  run,
};

async function run(cli: Cli, _words: string[], options: Options): Promise<void> {
  const { shape } = fleetSettingsSchema;
  const given =
    typeof options.count === 'string'
      ? numberArgument('migrate-to-v2', 'count', options.count, shape.count)
      : null;
  const image = imageOf(options);
  if (options.json === true && options.dryRun !== true)
    throw new AppError('invalid_input', { message: 'migrate-to-v2: --json goes with --dry-run' });
  const report = await reportOf(cli);
  if (options.dryRun === true) {
    cli.print(options.json === true ? JSON.stringify(report) : migrationView(report, cli.style));
    return;
  }
  if (report.obstacle !== null)
    throw new AppError(report.found ? 'conflict' : 'not_found', {
      message: `migrate-to-v2: ${report.obstacle}`,
    });
  cli.print(migrationView(report, cli.style));
  cli.print();
  const goesOn = report.migration?.state === 'running';
  const count = given ?? (goesOn || options.yes === true ? null : await askCount(cli, report));
  const shredAddresses = options.shredAddresses === true || (await askToShred(cli, report, options));
  await confirm(cli, options, 'migrate-to-v2', goesOn ? 'Go on?' : 'Take them over?');
  await carryOut(cli, 'migrate-to-v2', () =>
    cli.client.call('migration.start', {
      ...(count === null ? {} : { count }),
      ...(image === null ? {} : { image }),
      shredAddresses,
    }),
  );
  const after = await cli.client.call('migration.get', {});
  const moved = after.migration?.stations ?? [];
  for (const { station, name, proxyId } of moved)
    cli.print(`${cli.style.green('✓')} ${name} is station ${station}, Proxy ID ${proxyId}`);
  cli.print(
    `${plural(moved.length, 'station')} moved, each with its own key. Back again: sudo ./conduit rollback-to-v1`,
  );
}

/** An agent that stopped in the middle does not go on by itself: the way is begun again, and done is said when it is. */
async function carryOut(cli: Cli, command: string, begin: () => Promise<{ jobId: string }>): Promise<void> {
  for (let restarts = 0; restarts <= RESTARTS_BORNE; restarts++) {
    const { jobId } = await begin();
    if ((await followAlone(cli, jobId)).state === 'succeeded') return;
    if (restarts < RESTARTS_BORNE)
      cli.note('The agent was restarted in the middle; going on where it stopped.');
  }
  throw new AppError('job_failed', {
    message: `${command}: the agent stopped in the middle ${RESTARTS_BORNE + 1} times.`,
    remedy: `See why with \`conduit logs --agent\`; then go on: sudo ./conduit ${command}`,
  });
}

function imageOf({ image }: Options): string | null {
  if (typeof image !== 'string') return null;
  const parsed = fleetSettingsSchema.shape.image.safeParse(image);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_input', {
    message: `migrate-to-v2: image ${parsed.error.issues[0]?.message ?? 'is not valid'}, got ${image}`,
  });
}

/** The agent must run for this; the fleet must not. */
async function reportOf(cli: Cli): Promise<MigrationReport> {
  try {
    return await cli.client.call('migration.get', {});
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'agent_unreachable') throw error;
    throw new AppError('agent_unreachable', {
      message: 'migrate-to-v2: the agent does not answer, and it does the work.',
      remedy:
        'Install it beside the older manager first, without starting stations: sudo ./conduit up --no-fleet --no-tune',
      cause: error,
    });
  }
}

async function askCount(cli: Cli, { proposedCount }: MigrationReport): Promise<number> {
  const answer = (await cli.ask(`How many stations afterwards? [${proposedCount}] `)).trim();
  if (answer === '') return proposedCount;
  return numberArgument('migrate-to-v2', 'count', answer, fleetSettingsSchema.shape.count);
}

/** Only somebody who is there can agree to it. */
async function askToShred(cli: Cli, { traffic }: MigrationReport, options: Options): Promise<boolean> {
  const files = traffic?.addressFiles.length ?? 0;
  if (options.yes === true || files === 0) return false;
  const answer = await cli.ask(
    `Destroy the ${plural(files, 'file')} with client addresses at the end, for ever? [y/N] `,
  );
  return /^y(es)?$/i.test(answer.trim());
}

export const rollbackToV1: Command = {
  name: 'rollback-to-v1',
  summary: 'put everything back as the migration found it: stations, files, services, kernel',
  options: [{ flags: '-y, --yes', description: 'do not ask' }],
  details:
    'Stations that were made since stop; their volumes, with their keys, stay. What was shredded or changed by hand since\n' +
    'is not brought back.',
  needsRoot: true,
  async run(cli, _words, options) {
    const { migration } = await cli.client.call('migration.get', {});
    if (migration === null || migration.state === 'rolled-back')
      throw new AppError('not_found', { message: 'rollback-to-v1: there is no migration to roll back.' });
    const stations = plural(migration.stations.length, 'station');
    await confirm(
      cli,
      options,
      'rollback-to-v1',
      `Take the fleet down and bring ${stations} of the older manager back?`,
    );
    await carryOut(cli, 'rollback-to-v1', () => cli.client.call('migration.rollBack', {}));
    cli.print(
      `${cli.style.green('✓')} ${stations} of the older manager as before; its files, services and the kernel, too.`,
    );
    cli.print(`The command \`conduit\` is the older manager's again; ours is ${cli.layout.current}/conduit`);
  },
};

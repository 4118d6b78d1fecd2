import { AppError } from '../../lib/contract/errors.ts';
import type { ArchiveContent, Placement } from '../../lib/contract/vault.ts';
import { plural } from '../../lib/format/count.ts';
import {
  isRefused,
  type JudgedPlacement,
  judgePlacements,
  ownPlacements,
} from '../../lib/format/placements.ts';
import { contentSentence } from '../../lib/format/vault.ts';
import { bringArchive, isFile } from '../archive-file.ts';
import type { Cli, Command, Options } from '../command.ts';
import { confirm } from '../confirm.ts';
import { followAlone } from '../follow-job.ts';
import { stationNumbers } from '../parse.ts';
import { askPassphrase, PASSPHRASE_OPTIONS } from '../passphrase.ts';
import { placementsView } from '../vault-view.ts';

export const restore: Command = {
  name: 'restore',
  summary: 'bring stations of a backup back, with the identity they had',
  args: [{ spec: '<archive>', description: 'a file, or the name of an archive in the vault' }],
  options: [
    { flags: '--stations <list>', description: 'only these of the archive, such as 1,3-5 (all)' },
    {
      flags: '--map <pairs>',
      description: 'into other slots: 3:7 puts the archive’s station 3 into slot 7; 3:7,4:8',
    },
    { flags: '--replace', description: 'slots may lose another key; it is kept beside the backups' },
    {
      flags: '--settings',
      description: 'the fleet’s settings too: on a new server the same stations come up',
    },
    {
      flags: '--history',
      description: 'the history too, as far as this server has not counted itself',
    },
    { flags: '--dry-run', description: 'show the Proxy IDs now and afterwards; change nothing' },
    ...PASSPHRASE_OPTIONS,
    { flags: '-y, --yes', description: 'do not ask' },
    { flags: '--json', description: 'with --dry-run: print it as JSON' },
  ],
  details: [
    'Every Proxy ID is shown before anything changes. A key is never put into two stations, and no other key is',
    'replaced unless told. A restore that was interrupted is run again: what is in place already is left alone.',
    '',
    'Examples:',
    '  sudo conduit restore backup.age --dry-run',
    '  sudo conduit restore backup.age --settings --history        on a new server',
    '  sudo conduit restore backup.age --stations 3',
  ].join('\n'),
  needsRoot: true,
  run,
};

async function run(cli: Cli, [archive = '']: string[], options: Options): Promise<void> {
  const isOwnFile = await isFile(archive);
  const passphrase = await askPassphrase(cli, 'restore', options);
  const id = isOwnFile ? await bringArchive(cli, archive) : archive;
  // The operator has the file: its copy in the vault goes again, unless a restore from it is cut short.
  let keep = false;
  try {
    const content = await cli.client.call('vault.open', { id, passphrase });
    const placements = placementsOf(content, options);
    const judged = judgePlacements(content.keys, content.slots, placements);
    if (options.dryRun === true) return show(cli, content, judged, options);
    await agreed(cli, content, judged, options);
    keep = true;
    const request = {
      id,
      passphrase,
      placements,
      replace: options.replace === true,
      settings: options.settings === true,
      history: options.history === true,
    };
    const { jobId } = await cli.client.call('vault.restore', request);
    const job = await followAlone(cli, jobId);
    if (job.state !== 'succeeded')
      throw new AppError('job_failed', {
        message: 'restore: the agent was stopped in the middle.',
        remedy: `Run it again; what is in place is left alone. The archive is in the vault as ${id}.`,
      });
    keep = false;
    cli.print(
      `${plural(judged.length, 'key')} in place, each with the Proxy ID shown${options.history === true ? '; the history is back' : ''}.`,
    );
  } finally {
    if (isOwnFile && !keep) await cli.client.call('vault.remove', { id });
  }
}

function show(cli: Cli, content: ArchiveContent, judged: JudgedPlacement[], { json }: Options): void {
  if (json === true) cli.print(JSON.stringify({ ...content, placements: judged }));
  else cli.print(`${contentSentence(content)}\n\n${placementsView(judged, cli.style)}`);
}

/** Shows what would happen and asks; what the agent would refuse is not asked for. */
async function agreed(
  cli: Cli,
  content: ArchiveContent,
  judged: JudgedPlacement[],
  options: Options,
): Promise<void> {
  cli.print(contentSentence(content));
  cli.print();
  cli.print(placementsView(judged, cli.style));
  cli.print();
  if (judged.some(isRefused) || (options.replace !== true && judged.some(({ state }) => state === 'replace')))
    return;
  const open = judged.filter(({ state }) => state !== 'same').length;
  if (open === 0 && options.settings !== true) return;
  const settings =
    options.settings === true && content.fleet !== null
      ? ` and run ${plural(content.fleet.count, 'station')}`
      : '';
  await confirm(cli, options, 'restore', `Put ${plural(open, 'key')} into place${settings}?`);
}

/** @throws AppError invalid_input naming what the archive does not have */
function placementsOf({ keys }: ArchiveContent, { stations, map }: Options): Placement[] {
  if (typeof stations === 'string' && typeof map === 'string')
    throw new AppError('invalid_input', {
      message: 'restore: --stations and --map do not go together',
      remedy: 'Name all of them with --map, such as --map 1:1,3:7.',
    });
  const volumeOf = (name: string) => {
    const key = keys.find(({ station, volume }) => volume === name || String(station) === name);
    if (key !== undefined) return key.volume;
    const there = keys.map(({ station, volume }) => station ?? volume).join(', ');
    throw new AppError('invalid_input', {
      message: `restore: the archive has no station ${name}`,
      remedy: `It has ${there}.`,
    });
  };
  if (typeof stations === 'string')
    return stationNumbers('restore', [stations]).map((to) => ({ volume: volumeOf(String(to)), to }));
  if (typeof map !== 'string') return ownPlacements(keys);
  return map.split(',').map((pair) => {
    const [, from = '', slot = ''] = /^(.+):(\d{1,5})$/.exec(pair.trim()) ?? [];
    const [to] = slot === '' ? [] : stationNumbers('restore', [slot]);
    if (to !== undefined) return { volume: volumeOf(from), to };
    throw new AppError('invalid_input', {
      message: `restore: --map must be pairs such as 3:7, got ${pair === '' ? 'nothing' : pair}`,
    });
  });
}

import { AppError } from '../../lib/contract/errors.ts';
import { type VaultScheduleChange, vaultScheduleSchema } from '../../lib/contract/vault.ts';
import { freePath, saveArchive } from '../archive-file.ts';
import type { Cli, Command, Options } from '../command.ts';
import { confirm } from '../confirm.ts';
import { numberArgument } from '../parse.ts';
import { newPassphrase, PASSPHRASE_OPTIONS } from '../passphrase.ts';
import { archivesView, ledgerView, scheduleView } from '../vault-view.ts';

const JSON_OPTION = { flags: '--json', description: 'print it as JSON' };
const YES_OPTION = { flags: '-y, --yes', description: 'do not ask' };
const ID = { spec: '<archive>', description: 'its name, as `conduit vault list` shows it' };

export const vault: Command = {
  name: 'vault',
  summary: 'the backups on this server, their schedule, and which identity each station has',
  subcommands: [
    {
      name: 'list',
      summary: 'the archives in the vault, newest first, and the schedule',
      options: [JSON_OPTION],
      async run(cli, _words, { json }) {
        const { ledger: _ledger, ...state } = await cli.client.call('vault.get', {});
        if (json === true) cli.print(JSON.stringify(state));
        else cli.print(`${archivesView(state, cli.style)}\n\n${scheduleView(state, cli.style)}`);
      },
    },
    {
      name: 'ledger',
      summary: 'every identity that was seen, and what is wrong with it',
      options: [JSON_OPTION],
      async run(cli, _words, { json }) {
        const { ledger } = await cli.client.call('vault.get', {});
        cli.print(json === true ? JSON.stringify({ ledger }) : ledgerView(ledger, cli.style));
      },
    },
    {
      name: 'save',
      summary: 'save a copy of an archive as a file; nothing is overwritten',
      args: [ID],
      options: [{ flags: '--to <file>', description: 'a file or a folder (here)' }],
      needsRoot: true,
      async run(cli, [id = ''], { to }) {
        const path = await freePath('vault save', typeof to === 'string' ? to : '.', id);
        await saveArchive(cli, id, path);
        cli.print(`Saved as ${path}.`);
      },
    },
    {
      name: 'schedule',
      summary: 'back up by the clock, and keep so many',
      options: [
        { flags: '--every <hours>', description: 'hours between two, 1 to 720, or `never`' },
        { flags: '--keep <number>', description: 'scheduled archives that are kept, 1 to 365' },
        { flags: '--history <yes|no>', description: 'whether the history is in them' },
        { flags: '--new-passphrase', description: 'ask for another passphrase' },
        ...PASSPHRASE_OPTIONS,
      ],
      details:
        'The passphrase of scheduled archives is kept on the server, for root alone (docs/decisions/0019): take one that\n' +
        'you use for nothing else. `--every never` forgets it. Without an option: shows the schedule.',
      needsRoot: true,
      run: schedule,
    },
    {
      name: 'remove',
      summary: 'remove an archive from the vault',
      args: [ID],
      options: [YES_OPTION],
      needsRoot: true,
      async run(cli, [id = ''], options) {
        await confirm(cli, options, 'vault remove', `Remove ${id} for ever?`);
        await cli.client.call('vault.remove', { id });
        cli.print(`${id} is removed.`);
      },
    },
    {
      name: 'forget',
      summary: 'give up the identity a volume had: the ledger takes what is there now',
      args: [{ spec: '<volume>', description: 'as `conduit vault ledger` shows it' }],
      options: [YES_OPTION],
      details: 'For a station that is to start with a new key: `conduit start N --new-key`.',
      needsRoot: true,
      async run(cli, [volume = ''], options) {
        await confirm(cli, options, 'vault forget', `Give up the identity that ${volume} had?`);
        await cli.client.call('vault.forget', { volume });
        cli.print(`The ledger has forgotten what ${volume} was; no key was touched.`);
      },
    },
  ],
};

async function schedule(cli: Cli, _words: string[], options: Options): Promise<void> {
  const before = await cli.client.call('vault.get', {});
  const change = changeOf(options);
  const isGiven = options.passphraseFile !== undefined || options.passphraseStdin === true;
  const every = change.everyHours ?? before.schedule.everyHours;
  const isNeeded = every > 0 && !before.hasPassphrase;
  if (every > 0 && (isGiven || isNeeded || options.newPassphrase === true))
    change.passphrase = await newPassphrase(cli, 'vault schedule', options);
  const changed = Object.keys(change).length > 0;
  const state = changed ? await cli.client.call('vault.schedule', change) : before;
  cli.print(scheduleView(state, cli.style));
}

function changeOf({ every, keep, history }: Options): VaultScheduleChange {
  const { shape } = vaultScheduleSchema;
  const hours = typeof every === 'string' ? every.replace(/h$/, '') : null;
  return {
    ...(hours === null
      ? {}
      : {
          everyHours:
            hours === 'never' ? 0 : numberArgument('vault schedule', 'every', hours, shape.everyHours),
        }),
    ...(typeof keep === 'string' ? { keep: numberArgument('vault schedule', 'keep', keep, shape.keep) } : {}),
    ...(typeof history === 'string' ? { history: yesOrNo(history) } : {}),
  };
}

function yesOrNo(text: string): boolean {
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new AppError('invalid_input', {
    message: `vault schedule: history must be yes or no, got ${text === '' ? 'nothing' : text}`,
  });
}

import { AppError } from '../../lib/contract/errors.ts';
import { freePath, saveArchive } from '../archive-file.ts';
import type { Cli, Command, Options } from '../command.ts';
import { followAlone } from '../follow-job.ts';
import { newPassphrase, PASSPHRASE_OPTIONS } from '../passphrase.ts';

export const backup: Command = {
  name: 'backup',
  summary: 'every station’s key and the settings, in one file that a passphrase opens',
  options: [
    { flags: '--to <file>', description: 'save a copy here too, a file or a folder; nothing is overwritten' },
    { flags: '--history', description: 'the record of users and traffic too; it can be large' },
    ...PASSPHRASE_OPTIONS,
    { flags: '--json', description: 'print name and path as JSON' },
  ],
  details: [
    'A station’s key carries the reputation it earned over weeks; no other part of this server cannot be made anew.',
    'The archive stays in the vault (`conduit vault list`) and belongs on another machine, too. It is in the age',
    'format: without this program, `age --decrypt FILE | tar -x` opens it.',
    '',
    'Examples:',
    '  sudo conduit backup --to /root',
    '  sudo conduit backup --to backup.age --passphrase-file /root/.vault-passphrase',
  ].join('\n'),
  needsRoot: true,
  run,
};

async function run(cli: Cli, _words: string[], options: Options): Promise<void> {
  const { to, history, json } = options;
  if (typeof to === 'string') await freePath('backup', to);
  const passphrase = await newPassphrase(cli, 'backup', options);
  const { jobId, id } = await cli.client.call('vault.create', { passphrase, history: history === true });
  const job = await followAlone(cli, jobId);
  if (job.state !== 'succeeded')
    throw new AppError('job_failed', {
      message: 'backup: the agent was stopped before the archive was whole.',
      remedy: 'Run it again.',
    });
  const path = typeof to === 'string' ? await freePath('backup', to, id) : null;
  if (path !== null) await saveArchive(cli, id, path);
  if (json === true) cli.print(JSON.stringify({ id, path }));
  else
    cli.print(
      `${id} is in the vault${path === null ? '. Keep a copy elsewhere: sudo conduit vault save' : `, and saved as ${path}.`}`,
    );
}

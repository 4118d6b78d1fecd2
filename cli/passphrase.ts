/** Passphrases of the vault: asked for without showing them, or read from where a script keeps them; never an argument. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../lib/contract/errors.ts';
import { vaultPassphraseSchema } from '../lib/contract/vault.ts';
import type { Cli, Options } from './command.ts';

export const PASSPHRASE_OPTIONS = [
  { flags: '--passphrase-file <file>', description: 'read the passphrase from a file, for scripts' },
  { flags: '--passphrase-stdin', description: 'read the passphrase from standard input' },
];

/** A new one, asked for twice. @throws AppError invalid_input */
export async function newPassphrase(cli: Cli, command: string, options: Options): Promise<string> {
  const given = await givenPassphrase(cli, command, options);
  if (given === null)
    cli.note(
      'Without its passphrase the archive opens for nobody, you included: keep it apart from this server.',
    );
  const passphrase = given ?? (await cli.askSecret('Passphrase for the archive: '));
  const checked = vaultPassphraseSchema.safeParse(passphrase);
  if (!checked.success)
    throw invalid(`${command}: the passphrase ${checked.error.issues[0]?.message ?? 'is not valid'}`);
  if (given === null && (await cli.askSecret('Again: ')) !== passphrase)
    throw invalid(`${command}: the two passphrases differ`);
  return passphrase;
}

/** The one an archive was made with. @throws AppError invalid_input */
export async function askPassphrase(cli: Cli, command: string, options: Options): Promise<string> {
  const passphrase =
    (await givenPassphrase(cli, command, options)) ?? (await cli.askSecret('Passphrase of the archive: '));
  if (passphrase === '') throw invalid(`${command}: the passphrase is missing`);
  return passphrase;
}

async function givenPassphrase(cli: Cli, command: string, options: Options): Promise<string | null> {
  const { passphraseFile, passphraseStdin } = options;
  if (typeof passphraseFile === 'string' && passphraseStdin === true)
    throw invalid(`${command}: --passphrase-file and --passphrase-stdin do not go together`);
  if (passphraseStdin === true) return cli.readStdin();
  if (typeof passphraseFile !== 'string') return null;
  try {
    return (await readFile(passphraseFile, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    const { code = 'no reason given' } = error as NodeJS.ErrnoException;
    throw invalid(`${command}: --passphrase-file ${passphraseFile} cannot be read (${code})`);
  }
}

function invalid(message: string): AppError {
  return new AppError('invalid_input', { message });
}

import { AppError } from '../lib/contract/errors.ts';
import type { Cli, Options } from './command.ts';

/**
 * Waits for a yes, unless `--yes` was given.
 * @throws AppError cancelled when the answer is anything else
 */
export async function confirm(cli: Cli, options: Options, command: string, question: string): Promise<void> {
  if (options.yes === true) return;
  const answer = await cli.ask(`${question} [y/N] `);
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new AppError('cancelled', {
    message: `${command}: not confirmed, nothing was changed.`,
    remedy: 'In a script: --yes',
  });
}

import { AppError } from '../../lib/contract/errors.ts';
import type { TuningReport } from '../../lib/contract/tuning.ts';
import { plural } from '../../lib/format/count.ts';
import { outcomesSentence, tuningSentence } from '../../lib/format/tuning.ts';
import type { Cli, Command, Options } from '../command.ts';
import { tuningResultView, tuningView } from '../tuning-view.ts';

const MODES = ['dryRun', 'verify', 'revert'] as const;

export const tune: Command = {
  name: 'tune',
  summary: 'the kernel for many sessions: set it, check it, or put back what was there',
  options: [
    { flags: '--dry-run', description: 'show what is, what would be set, and why not; change nothing' },
    { flags: '--verify', description: 'fail unless everything is as wanted and stays so over a restart' },
    { flags: '--revert', description: 'put back exactly what was there before the first `conduit tune`' },
    { flags: '--json', description: 'print it as JSON' },
  ],
  details:
    'A value that is better already is never lowered. The targets follow the balancer’s target sessions.',
  needsRoot: true,
  run,
};

async function run(cli: Cli, _words: string[], options: Options): Promise<void> {
  const chosen = MODES.filter((mode) => options[mode] === true);
  if (chosen.length > 1)
    throw new AppError('invalid_input', { message: 'tune: name one of --dry-run, --verify and --revert' });
  const json = options.json === true;
  if (chosen[0] === 'dryRun' || chosen[0] === 'verify') {
    const report = await cli.client.call('tuning.get', {});
    cli.print(json ? JSON.stringify(report) : tuningView(report, cli.style));
    if (chosen[0] === 'verify' && !report.verified)
      throw new AppError('conflict', {
        message: `tune: not as wanted. ${tuningSentence(report)}`,
        remedy: isOnlyWaiting(report)
          ? 'Start the service anew when it suits you: a new start of Docker starts every station anew.'
          : 'sudo conduit tune',
      });
    return;
  }
  const result = await cli.client.call(chosen[0] === 'revert' ? 'tuning.revert' : 'tuning.apply', {});
  cli.print(json ? JSON.stringify(result) : tuningResultView(result, cli.style));
}

function isOnlyWaiting({ rows, interrupted }: TuningReport): boolean {
  const open = rows.some(({ state, lost }) => state === 'change' || lost !== null);
  return !interrupted && !open && rows.some(({ state }) => state === 'waiting');
}

/** The part of `conduit up`: one line, and never a reason to stop. */
export async function tuneForUp(cli: Cli): Promise<void> {
  try {
    const { outcomes, report } = await cli.client.call('tuning.apply', {});
    const changed = outcomes.some(({ outcome }) => outcome === 'applied');
    const how = changed ? ' (undo: sudo conduit tune --revert)' : '';
    cli.print(`${cli.style.green('✓')} Kernel: ${outcomesSentence(outcomes)}${how}`);
    const refused = report.rows.filter(({ state }) => state === 'impossible').length;
    if (refused > 0)
      cli.print(`  ${plural(refused, 'value')} cannot be set here; why: sudo conduit tune --dry-run`);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    cli.print(`${cli.style.yellow('•')} Kernel: not tuned. ${error.message} ${error.remedy ?? ''}`.trimEnd());
  }
}

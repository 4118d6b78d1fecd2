import { AppError } from '../../lib/contract/errors.ts';
import { formatDuration } from '../../lib/format/time.ts';
import type { Cli, Command } from '../command.ts';
import { stepReport } from '../step-report.ts';

export const test: Command = {
  name: 'test',
  summary: 'run every check of this checkout, as CI does',
  details:
    'Needs root and a checkout. Installs what is missing (Docker, nginx, a compiler, Chromium), then runs lint, types,\n' +
    'dead code, unit, integration and browser tests. Tests use names, ports and folders of their own: a fleet that\n' +
    'runs on this server is left alone.',
  needsRoot: true,
  run,
};

async function run(cli: Cli): Promise<void> {
  const { env, style } = cli;
  if (!env.isCheckout)
    throw new AppError('host_unsupported', {
      message: 'test: the tests are part of the sources, not of the installed program.',
      remedy: 'Run `sudo ./conduit test` in a checkout.',
    });
  await prepare(cli);
  const { checks } = await import('../../lib/install/checks.ts');
  const { runChecks } = await import('../../lib/install/run-checks.ts');
  const outcome = await runChecks(checks(process.execPath), env.home, {
    begin: ({ title, command }) =>
      cli.print(`\n${style.bold(`== ${title}`)}  ${style.dim(command.join(' '))}`),
    end: ({ title }, ms, passed) =>
      cli.print(
        `${passed ? style.green('✓') : style.red('✗')} ${title}: ${passed ? 'passed' : 'failed'} in ${formatDuration(ms)}`,
      ),
  });
  cli.print();
  if (outcome.failedCheck === null) cli.print(`${outcome.passed} passed, ${outcome.failed} failed`);
  else {
    cli.note(`${outcome.failedCheck}: failed; what comes after it did not run`);
    cli.print(`${outcome.passed} passed, ${outcome.failed} failed`);
    throw new AppError('job_failed', { message: `test: ${outcome.failedCheck} failed.` });
  }
}

async function prepare(cli: Cli): Promise<void> {
  const { packagesStep } = await import('../../lib/install/system-packages.ts');
  const { engineStep } = await import('../../lib/install/engine.ts');
  const { createServiceManager } = await import('../../lib/install/service-manager.ts');
  const { runSteps } = await import('../../lib/install/step.ts');
  const manager = createServiceManager(cli.layout, `${cli.env.home}/templates`);
  const steps = [packagesStep(['run', 'simulator', 'test'], null), engineStep(manager, null)];
  await runSteps(steps, stepReport(cli));
}

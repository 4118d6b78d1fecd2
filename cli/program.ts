/** Builds commander's program from the commands' data, runs it, and turns every failure into words and an exit code. */
import { Command as Commander, CommanderError, Option } from 'commander';
import { AppError, ERRORS } from '../lib/contract/errors.ts';
import { VERSION } from '../lib/contract/transport.ts';
import type { Cli, Command, Options } from './command.ts';
import { commands } from './commands/table.ts';
import { exitCodeText } from './exit-codes.ts';

/** @param argv the words after `conduit`. @returns the exit code */
export async function runCli(argv: readonly string[], cli: Cli): Promise<number> {
  try {
    const program = buildProgram(cli);
    if (argv.length === 0) {
      program.outputHelp();
      return 0;
    }
    if (argv[0] === 'help' && argv[1] === 'exit-codes') {
      cli.print(exitCodeText());
      return 0;
    }
    await program.parseAsync(argv, { from: 'user' });
    cli.finishProgress();
    return 0;
  } catch (error) {
    cli.finishProgress();
    return report(error, cli);
  }
}

function buildProgram(cli: Cli): Commander {
  const program = speaking(cli, new Commander('conduit'))
    .description('Runs a fleet of Psiphon Conduit stations behind a balancer on this server.')
    .version(VERSION, '-V, --version', 'print the version')
    .addHelpText(
      'after',
      '\n`conduit help <command>` tells more; `conduit help exit-codes` lists what a script may meet.',
    );
  for (const command of commands) program.addCommand(toCommander(cli, command));
  return program;
}

function toCommander(cli: Cli, command: Command, parents = ''): Commander {
  const name = `${parents}${command.name}`;
  const built = speaking(cli, new Commander(command.name)).description(command.summary);
  for (const { spec, description } of command.args ?? []) built.argument(spec, description);
  for (const { flags, description } of command.options ?? []) built.addOption(new Option(flags, description));
  if (command.details !== undefined) built.addHelpText('after', `\n${command.details}`);
  for (const sub of command.subcommands ?? []) built.addCommand(toCommander(cli, sub, `${name} `));
  const { run } = command;
  if (run !== undefined) {
    // Commander hands over each argument (many as one array), then the options, then itself.
    built.action(async (...handed: unknown[]) => {
      if (command.needsRoot === true && !cli.env.isRoot) throw needsRoot(name);
      const words = handed
        .slice(0, -2)
        .flat()
        .filter((word) => word !== undefined);
      await run(cli, words.map(String), handed.at(-2) as Options);
    });
  }
  return built;
}

/** Commander says what it has to say through us, and never ends the process. */
function speaking(cli: Cli, command: Commander): Commander {
  return command
    .exitOverride()
    .showHelpAfterError('Add --help to see what is possible.')
    .configureOutput({
      writeOut: (text) => cli.print(text.trimEnd()),
      writeErr: (text) => cli.note(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, 'conduit: ')),
    });
}

function needsRoot(name: string): AppError {
  return new AppError('forbidden', {
    message: `${name} changes this server and needs root.`,
    remedy: `Run it with sudo: sudo conduit ${name}`,
  });
}

/** Says what went wrong, field by field, and how to go on. @returns the exit code */
function report(error: unknown, cli: Cli): number {
  // Commander has spoken already; help and version leave this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ERRORS.invalid_input.exitCode;
  if (!(error instanceof AppError)) {
    cli.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return ERRORS.internal.exitCode;
  }
  cli.note(`${cli.style.red('conduit:')} ${error.message}`);
  for (const { field, message } of error.fields ?? []) cli.note(`  ${field}: ${message}`);
  if (error.remedy !== undefined) cli.note(`  → ${error.remedy}`);
  return ERRORS[error.code].exitCode;
}

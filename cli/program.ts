/** Builds commander's program from the commands' data. */
import { Command as Commander, Option } from 'commander';
import { ERRORS } from '../lib/contract/errors.ts';
import { VERSION } from '../lib/contract/transport.ts';
import type { Cli, Command, Options } from './command.ts';
import { admin } from './commands/admin.ts';
import { down } from './commands/down.ts';
import { job } from './commands/job.ts';
import { logs } from './commands/logs.ts';
import { restart } from './commands/restart.ts';
import { scale } from './commands/scale.ts';
import { start } from './commands/start.ts';
import { status } from './commands/status.ts';
import { stop } from './commands/stop.ts';
import { test } from './commands/test.ts';
import { uninstall } from './commands/uninstall.ts';
import { up } from './commands/up.ts';

export const commands: Command[] = [up, status, scale, start, stop, restart, logs, job, admin, down, uninstall, test];

export function buildProgram(cli: Cli): Commander {
  const program = new Commander('conduit')
    .description('Runs a fleet of Psiphon Conduit stations behind a balancer on this server.')
    .version(VERSION)
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', `\n${exitCodeText()}`);
  for (const command of commands) program.addCommand(toCommander(cli, command));
  return program;
}

function toCommander(cli: Cli, command: Command): Commander {
  const built = new Commander(command.name).description(command.summary).showHelpAfterError('(add --help for what is possible)');
  for (const { spec, description } of command.args ?? []) built.argument(spec, description);
  for (const { flags, description, hidden } of command.options ?? []) {
    const option = new Option(flags, description);
    built.addOption(hidden === true ? option.hideHelp() : option);
  }
  if (command.details !== undefined) built.addHelpText('after', `\n${command.details}`);
  for (const sub of command.subcommands ?? []) built.addCommand(toCommander(cli, sub));
  const { run } = command;
  if (run !== undefined) {
    // Commander hands over each argument (many as one array), then the options, then itself.
    built.action((...handed: unknown[]) => run(cli, handed.slice(0, -2).flat().filter((word) => word !== undefined).map(String), handed.at(-2) as Options));
  }
  return built;
}

/** The table of exit codes, from the same table the agent answers with. */
export function exitCodeText(): string {
  const byCode = new Map<number, string[]>();
  for (const [name, { exitCode }] of Object.entries(ERRORS)) byCode.set(exitCode, [...(byCode.get(exitCode) ?? []), name.replaceAll('_', ' ')]);
  const rows = [...byCode].toSorted(([a], [b]) => a - b).map(([code, names]) => `  ${String(code).padStart(3)}  ${names.join(', ')}`);
  return ['Exit codes:', '    0  done', ...rows].join('\n');
}

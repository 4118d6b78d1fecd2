/** docs/cli.md from the table of commands, so that the two cannot differ. Pure. */
import type { Command } from './command.ts';
import { commands } from './commands/table.ts';
import { exitCodes } from './exit-codes.ts';

export function renderCliDocs(): string {
  const lines = [
    '# The `conduit` command',
    '',
    '<!-- Made by scripts/cli-docs.ts from cli/commands/; a test holds the two together. -->',
    '',
    'In a checkout it is `./conduit`; after `sudo ./conduit up` it is also `conduit`. It asks the agent over',
    "root's socket, so it needs root. Results go to standard output, progress and errors to standard error.",
    '`NO_COLOR=1` switches colours off.',
    '',
    ...commands.flatMap((command) => section(command, '', 2)),
    '## Exit codes',
    '',
    '| code | meaning |',
    '| ---: | --- |',
    ...exitCodes().map(({ code, meaning }) => `| ${code} | ${meaning} |`),
    '',
  ];
  return lines.join('\n');
}

function section(command: Command, parents: string, depth: number): string[] {
  const name = `${parents}${command.name}`;
  const args = (command.args ?? []).map(({ spec }) => ` ${spec}`).join('');
  return [
    `${'#'.repeat(depth)} \`conduit ${name}${args}\``,
    '',
    `${sentence(command.summary)}${command.needsRoot === true ? ' Needs root.' : ''}`,
    '',
    ...(command.details === undefined ? [] : [command.details, '']),
    ...list((command.args ?? []).map(({ spec, description }) => [spec, description])),
    ...list((command.options ?? []).map(({ flags, description }) => [flags, description])),
    ...(command.subcommands ?? []).flatMap((sub) => section(sub, `${name} `, depth + 1)),
  ];
}

function list(rows: [string, string][]): string[] {
  return rows.length === 0 ? [] : [...rows.map(([name, text]) => `- \`${name}\`: ${text}`), ''];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

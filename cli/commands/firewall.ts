import type { FirewallReport } from '../../lib/contract/firewall.ts';
import { firewallSentence, PURPOSES } from '../../lib/format/firewall.ts';
import type { Cli, Command, Style } from '../command.ts';
import { confirm } from '../confirm.ts';
import { textTable } from '../text-table.ts';

const JSON_OPTION = { flags: '--json', description: 'print it as JSON' };

export const firewall: Command = {
  name: 'firewall',
  summary: 'what is open against what is needed; opened through ufw, and put back',
  subcommands: [
    {
      name: 'show',
      summary: 'what has to be reachable, what is, and what `apply` would run',
      options: [JSON_OPTION],
      async run(cli, _words, { json }) {
        const report = await cli.client.call('firewall.get', {});
        cli.print(json === true ? JSON.stringify(report) : view(report, cli.style));
      },
    },
    {
      name: 'apply',
      summary: 'let in what is missing, SSH first',
      options: [
        { flags: '--enable', description: 'switch ufw on, where it is off' },
        { flags: '-y, --yes', description: 'do not ask' },
      ],
      details: 'No rule of yours is changed. Without --enable a firewall that is off stays off.',
      needsRoot: true,
      async run(cli, _words, options) {
        const before = await cli.client.call('firewall.get', {});
        const enable = options.enable === true;
        const commands = [...before.commands, ...(enable && !before.active ? ['ufw enable'] : [])];
        for (const command of commands) cli.print(`  ${command}`);
        if (commands.length > 0) await confirm(cli, options, 'firewall apply', 'Run these?');
        print(cli, await cli.client.call('firewall.apply', { enable }));
      },
    },
    {
      name: 'revert',
      summary: 'take out again what `apply` put in',
      needsRoot: true,
      async run(cli) {
        print(cli, await cli.client.call('firewall.revert', {}));
      },
    },
  ],
};

function print(cli: Cli, report: FirewallReport): void {
  cli.print(view(report, cli.style));
}

function view(report: FirewallReport, style: Style): string {
  const [head = '', ...rows] = textTable(
    [{ head: 'Port' }, { head: 'For' }, { head: 'Open' }],
    report.needed.map(({ port, protocol, purpose, open }) => [
      `${port}/${protocol}`,
      PURPOSES[purpose],
      open === null
        ? { text: 'cannot be told', paint: style.dim }
        : { text: open ? 'yes' : 'no', paint: open ? style.green : style.yellow },
    ]),
  );
  const more = report.beyondWithAddress;
  return [
    firewallSentence(report),
    '',
    style.bold(head),
    ...rows,
    ...(report.beyond.length === 0 ? [] : ['', `Open beyond that: ${report.beyond.join('; ')}`]),
    ...(more === 0 ? [] : [`And ${more} for single addresses.`]),
    ...(report.commands.length === 0
      ? []
      : ['', 'To let in what is missing, `sudo conduit firewall apply` runs:']),
    ...report.commands.map((command) => `  ${command}`),
    ...report.notes.flatMap((note) => ['', note]),
  ].join('\n');
}

import { capacityQuerySchema } from '../../lib/contract/capacity.ts';
import { capacitySentence, capacityWarning } from '../../lib/format/capacity.ts';
import type { Command } from '../command.ts';
import { numberArgument } from '../parse.ts';

export const planCapacity: Command = {
  name: 'plan-capacity',
  summary: 'how many stations and people this server carries, and why',
  options: [
    {
      flags: '--link <mbps>',
      description: 'speed of the line in Mbit/s each way (default: what the network card says)',
    },
    { flags: '--json', description: 'print it as JSON' },
  ],
  details:
    'Changes nothing. With fifty people or more connected it goes by what they cost on this very server.',
  async run(cli, _words, { link, json }) {
    const query =
      typeof link === 'string'
        ? {
            linkMbps: numberArgument(
              'plan-capacity',
              'link',
              link,
              capacityQuerySchema.shape.linkMbps.unwrap(),
            ),
          }
        : {};
    const [report, { settings }] = await Promise.all([
      cli.client.call('capacity.get', query),
      cli.client.call('fleet.get', {}),
    ]);
    if (json === true) {
      cli.print(JSON.stringify(report));
      return;
    }
    cli.print(capacitySentence(report));
    cli.print();
    for (const line of report.arithmetic) cli.print(`  ${line}`);
    cli.print();
    cli.print(
      `${cli.style.bold('Set:')} ${report.stations} stations, ${report.clientsPerStation} users each`,
    );
    cli.print(`Now: ${settings.count} stations, ${settings.maxClients} users each`);
    const warning = capacityWarning(settings, report);
    if (warning !== null) cli.print(cli.style.yellow(warning));
  },
};

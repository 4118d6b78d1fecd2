import type { FleetSettings } from '../lib/contract/settings.ts';
import { capacityWarning } from '../lib/format/capacity.ts';
import type { Cli } from './command.ts';

/** Says so when these settings are more than the server can use; never a reason to stop. */
export async function noteCapacity(cli: Cli, wanted: Partial<FleetSettings>): Promise<void> {
  const [report, { settings }] = await Promise.all([
    cli.client.call('capacity.get', {}),
    cli.client.call('fleet.get', {}),
  ]);
  const warning = capacityWarning({ ...settings, ...wanted }, report);
  if (warning !== null) cli.note(`${cli.style.yellow('!')} ${warning} See \`conduit plan-capacity\`.`);
}

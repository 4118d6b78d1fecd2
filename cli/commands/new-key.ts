/** `start --new-key`: the operator gives up identities whose keys are lost for good. */
import { AppError } from '../../lib/contract/errors.ts';
import type { Cli, Options } from '../command.ts';
import { confirm } from '../confirm.ts';

/**
 * Names what is lost, asks, and has the agent forget the keys; nothing is started and no key file is touched.
 * @throws AppError invalid_input when no station is named, cancelled without a yes; then nothing was changed
 */
export async function giveUpKeys(cli: Cli, stations: readonly number[], options: Options): Promise<void> {
  if (stations.length === 0)
    throw new AppError('invalid_input', {
      message: 'start: --new-key gives identities up for ever, so it wants the stations by number.',
      remedy: 'Name them: `conduit start 19 --new-key`.',
    });
  for (const station of stations) cli.print(await whatIsLost(cli, station));
  cli.print(
    'The reputation earned with Psiphon, and so the clients, are gone with it. ' +
      'A damaged conduit_key.json that still lies in the volume has to be moved away first.',
  );
  await confirm(cli, options, 'start', 'Give up and start with a new key?');
  await cli.client.call('station.forgetKey', { stations: [...stations] });
}

async function whatIsLost(cli: Cli, station: number): Promise<string> {
  const { name, volume, proxyId } = await cli.client.call('station.get', { station });
  const identity = proxyId === null ? 'any identity it had' : `the identity with Proxy ID ${proxyId}`;
  return `${cli.style.red(name)} gives up ${identity} (volume ${volume}).`;
}

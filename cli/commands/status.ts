import type { Snapshot } from '../../lib/contract/snapshot.ts';
import type { Command } from '../command.ts';
import { statusView } from '../status-view.ts';

export const status: Command = {
  name: 'status',
  summary: 'users, stations, traffic, balancer and what is wrong',
  options: [
    { flags: '--json', description: 'print everything as JSON, one line a picture' },
    { flags: '-w, --watch', description: 'again at each tick; Ctrl-C ends it' },
  ],
  async run(cli, _words, { json, watch }) {
    const show = (snapshot: Snapshot) => {
      // A terminal is cleared before the next picture, a file gets one after the other.
      if (watch === true && json !== true && cli.env.isTty) cli.print('\u001b[H\u001b[2J');
      cli.print(json === true ? JSON.stringify(inOrder(snapshot)) : statusView(snapshot, cli.style));
    };
    if (watch !== true) {
      show(await cli.client.call('snapshot.get', {}));
      return;
    }
    for await (const snapshot of cli.client.stream('snapshot.watch', {}, { signal: cli.signal }))
      show(snapshot);
  },
};

/** What people look for comes first. */
function inOrder({ users, stations, traffic, balancer, ...rest }: Snapshot): Snapshot {
  return { users, stations, traffic, balancer, ...rest };
}

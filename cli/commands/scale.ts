import { fleetSettingsSchema } from '../../lib/contract/settings.ts';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { plural } from '../../lib/format/count.ts';
import { noteCapacity } from '../capacity-note.ts';
import type { Cli, Command } from '../command.ts';
import { DRAIN_OPTIONS, drainChoice } from '../drain-option.ts';
import { followJob } from '../follow-job.ts';
import { numberArgument } from '../parse.ts';

const SETTLE_MS = 20_000;

export const scale: Command = {
  name: 'scale',
  summary: 'change the number of stations, and wait until it is reached',
  args: [{ spec: '<count>', description: 'stations wanted, 1 to 10000' }],
  options: DRAIN_OPTIONS,
  details:
    'Stations that go are taken out of the balancer first and may finish their sessions; their volumes, with key\n' +
    'and reputation, stay.\n' +
    'Ctrl-C stops watching, not the job.',
  needsRoot: true,
  async run(cli, [text = ''], options) {
    const count = numberArgument('scale', 'count', text, fleetSettingsSchema.shape.count);
    const drain = drainChoice('scale', options);
    const plan = await cli.client.call('fleet.plan', { settings: { count } });
    if (plan.steps.length === 0) {
      // Saved all the same: it may be what is there, and not yet what is wanted.
      await followJob(cli, (await cli.client.call('fleet.apply', { settings: { count } })).jobId);
      cli.print(`Already at ${plural(count, 'station')}.`);
      return;
    }
    if (plan.disconnects > 0)
      cli.note(`About ${plural(plan.disconnects, 'person', 'people')} will be disconnected.`);
    for (const note of plan.notes) cli.note(`  ${note}`);
    await noteCapacity(cli, { count });
    const { jobId } = await cli.client.call('fleet.apply', { settings: { count }, ...drain });
    await followJob(cli, jobId, plan.notes);
    const stations = await settled(cli);
    cli.print(`${stations.running} of ${plural(stations.wanted, 'station')} running.`);
  },
};

/** The containers run when the job ends; each station's own word that it does follows within seconds. */
async function settled(cli: Cli): Promise<Snapshot['stations']> {
  const signal = AbortSignal.any([cli.signal, AbortSignal.timeout(SETTLE_MS)]);
  for await (const { stations } of cli.client.stream('snapshot.watch', {}, { signal })) {
    if (stations.running === stations.wanted) return stations;
  }
  return (await cli.client.call('snapshot.get', {})).stations;
}

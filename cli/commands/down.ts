import { createServiceManager } from '../../lib/install/service-manager.ts';
import { removeTrackerTable } from '../../lib/install/tracker-table.ts';
import type { Cli, Command } from '../command.ts';
import { followJob } from '../follow-job.ts';

export const down: Command = {
  name: 'down',
  summary: 'stop panel and agent; stations and balancer serve on',
  options: [
    { flags: '--fleet', description: 'stop the stations and the balancer too; volumes and settings stay' },
  ],
  details: '`conduit up` brings back what was stopped.',
  needsRoot: true,
  async run(cli, _words, { fleet }) {
    if (fleet === true) await takeFleetDown(cli);
    const manager = createServiceManager(cli.layout, `${cli.layout.current}/templates`);
    for (const name of ['panel', 'agent'] as const) {
      const title = name === 'panel' ? 'Panel' : 'Agent';
      cli.print(`${title}: ${(await manager.stop(name)) ? 'stopped' : 'did not run'}`);
    }
    await removeTrackerTable(cli.layout);
    if (fleet !== true) cli.print('Stations and balancer serve on.');
  },
};

/** @throws AppError agent_unreachable when no agent is there to do it */
export async function takeFleetDown(cli: Cli): Promise<void> {
  const { jobId } = await cli.client.call('fleet.takeDown', {});
  await followJob(cli, jobId);
  cli.print('Stations and balancer: stopped; volumes and settings are kept');
}

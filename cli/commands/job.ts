import { AppError } from '../../lib/contract/errors.ts';
import { plural } from '../../lib/format/count.ts';
import type { Cli, Command } from '../command.ts';
import { followJob } from '../follow-job.ts';
import { jobDetail, jobTable } from '../job-view.ts';

const ID = [{ spec: '<id>', description: 'the job, or the first letters of its id' }];
const JSON_OPTION = [{ flags: '--json', description: 'print it as JSON' }];

export const job: Command = {
  name: 'job',
  summary: 'see and cancel what the agent works on',
  subcommands: [
    {
      name: 'list',
      summary: 'the newest jobs',
      options: JSON_OPTION,
      async run(cli, _words, { json }) {
        const { jobs } = await cli.client.call('job.list', { limit: 20 });
        cli.print(json === true ? JSON.stringify({ jobs }) : jobTable(jobs, cli.style, Date.now()));
      },
    },
    {
      name: 'show',
      summary: 'one job with its steps',
      args: ID,
      options: JSON_OPTION,
      async run(cli, [id = ''], { json }) {
        const found = await cli.client.call('job.get', { id: await fullId(cli, id) });
        cli.print(json === true ? JSON.stringify(found) : jobDetail(found, cli.style, Date.now()));
      },
    },
    {
      name: 'watch',
      summary: 'follow a job until it ends',
      args: ID,
      async run(cli, [id = '']) {
        const ended = await followJob(cli, await fullId(cli, id));
        cli.print(`${ended.title}: ${ended.state}.`);
      },
    },
    {
      name: 'cancel',
      summary: 'stop a job where it is safe; what is done stays done',
      args: ID,
      needsRoot: true,
      async run(cli, [id = '']) {
        const cancelled = await cli.client.call('job.cancel', { id: await fullId(cli, id) });
        cli.print(`Cancelling: ${cancelled.title}.`);
      },
    },
  ],
};

async function fullId(cli: Cli, start: string): Promise<string> {
  const { jobs } = await cli.client.call('job.list', { limit: 200 });
  const found = jobs.filter(({ id }) => id.startsWith(start));
  if (found.length === 1 && found[0] !== undefined) return found[0].id;
  throw new AppError('not_found', {
    message:
      found.length === 0
        ? `job: no job begins with ${start}`
        : `job: ${plural(found.length, 'job')} begin with ${start}`,
    remedy: 'List them with `conduit job list`.',
  });
}

import { AppError } from '../../lib/contract/errors.ts';
import { plural } from '../../lib/format/count.ts';
import type { Cli, Command, Options } from '../command.ts';
import { DRAIN_OPTIONS, drainChoice } from '../drain-option.ts';
import { followJob } from '../follow-job.ts';
import { stationNumbers } from '../parse.ts';
import { giveUpKeys } from './new-key.ts';

const ARGS = [{ spec: '[stations...]', description: 'numbers and ranges such as 1 3 5-9; none means all' }];

export const start: Command = {
  name: 'start',
  summary: 'start stations that were stopped',
  args: ARGS,
  options: [
    {
      flags: '--new-key',
      description: 'give up keys that are lost for good; the stations get new identities',
    },
    { flags: '-y, --yes', description: 'do not ask before keys are given up' },
  ],
  needsRoot: true,
  async run(cli, words, options) {
    if (options.newKey === true) await giveUpKeys(cli, stationNumbers('start', words), options);
    await change(cli, 'start', words, 'started');
  },
};

export const stop: Command = {
  name: 'stop',
  summary: 'stop stations; they stay stopped until they are started',
  args: [{ spec: '<stations...>', description: 'numbers and ranges such as 1 3 5-9' }],
  options: DRAIN_OPTIONS,
  details:
    'Each leaves the balancer first and may finish its sessions. To stop them all use `conduit down --fleet`.',
  needsRoot: true,
  run: (cli, words, options) => change(cli, 'stop', words, 'stopped', options),
};

export const restart: Command = {
  name: 'restart',
  summary: 'restart stations, a few at a time',
  args: ARGS,
  options: DRAIN_OPTIONS,
  needsRoot: true,
  run: (cli, words, options) => change(cli, 'restart', words, 'restarted', options),
};

async function change(
  cli: Cli,
  verb: 'start' | 'stop' | 'restart',
  words: string[],
  done: string,
  options: Options = {},
): Promise<void> {
  const drain = verb === 'start' ? {} : drainChoice(verb, options);
  const named = stationNumbers(verb, words);
  const stations = named.length > 0 ? named : await allStations(cli, verb);
  const { jobId } = await cli.client.call(`station.${verb}`, { stations, ...drain });
  const job = await followJob(cli, jobId);
  // Started and stopped are seen in the fleet; who was restarted already is not.
  if (verb === 'restart' && (job.id !== jobId || job.state === 'interrupted'))
    throw new AppError('job_failed', {
      message: 'restart: the agent was restarted in the middle, so some stations may not have been.',
      remedy: 'Run it again.',
    });
  cli.print(`${plural(stations.length, 'station')} ${done}.`);
}

async function allStations(cli: Cli, verb: string): Promise<number[]> {
  const { active, settings } = await cli.client.call('fleet.get', {});
  if (!active)
    throw new AppError('conflict', {
      message: `${verb}: there is no fleet yet.`,
      remedy: 'Start one with `conduit scale <count>`.',
    });
  return Array.from({ length: settings.count }, (_, i) => i + 1);
}

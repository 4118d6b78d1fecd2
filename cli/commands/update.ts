import { AppError } from '../../lib/contract/errors.ts';
import { fleetSettingsSchema } from '../../lib/contract/settings.ts';
import { type UpdateReport, updateStartSchema } from '../../lib/contract/update.ts';
import { plural } from '../../lib/format/count.ts';
import { shortId } from '../../lib/format/image.ts';
import type { Cli, Command, Options } from '../command.ts';
import { confirm } from '../confirm.ts';
import { DRAIN_OPTIONS, drainChoice } from '../drain-option.ts';
import { followJob } from '../follow-job.ts';
import { numberArgument } from '../parse.ts';
import { updateLines } from '../update-view.ts';

export const update: Command = {
  name: 'update',
  summary: 'pull the image of the stations, try it on one of them, then roll it out',
  options: [
    {
      flags: '--image <reference>',
      description: 'another image, or another version (default: the one of the settings)',
    },
    ...DRAIN_OPTIONS,
    { flags: '--wait <seconds>', description: 'how long a station may take until it is live (default: 180)' },
    { flags: '--steady <seconds>', description: 'how long the first must then stay well (default: 30)' },
    { flags: '--dry-run', description: 'pull and show what would change; touch no station' },
    { flags: '-y, --yes', description: 'do not ask' },
  ],
  details:
    'Stations stay on the content that was proven, wherever the name of the image leads meanwhile. One that ends, is not\n' +
    'live or announces nothing on the new one gets the one of before back, and no other is touched. Volumes and keys stay.',
  needsRoot: true,
  async run(cli, _words, options) {
    const image = readImage(options);
    const limits = readLimits(options);
    const { jobId } = await cli.client.call('update.fetch', image);
    await followJob(cli, jobId);
    const report = await cli.client.call('update.get', image);
    const { candidate, current } = report;
    if (candidate === null)
      throw new AppError('image_unavailable', {
        message: `update: ${report.reference} is not on this machine.`,
      });
    if (candidate.id === current?.id) {
      cli.print(
        `Nothing to do: the stations run what ${report.reference} leads to (${shortId(candidate.id)}).`,
      );
      return;
    }
    for (const line of updateLines(report, cli.style)) cli.print(line);
    if (options.dryRun === true) return;
    if (report.obstacle !== null) throw new AppError('conflict', { message: `update: ${report.obstacle}` });
    await confirm(cli, options, 'update', 'Update?');
    const started = await cli.client.call('update.start', { ...image, ...limits, id: candidate.id });
    await followJob(cli, started.jobId);
    await requireDone(cli, report);
  },
};

function readImage({ image }: Options): { image?: string } {
  if (typeof image !== 'string') return {};
  const parsed = fleetSettingsSchema.shape.image.safeParse(image);
  if (parsed.success) return { image: parsed.data };
  throw new AppError('invalid_input', {
    message: `update: image ${parsed.error.issues[0]?.message ?? 'is not valid'}, got ${image}`,
  });
}

function readLimits(options: Options): {
  drainSeconds?: number;
  liveSeconds?: number;
  steadySeconds?: number;
} {
  const { liveSeconds, steadySeconds } = updateStartSchema.shape;
  const { wait, steady } = options;
  return {
    ...drainChoice('update', options),
    ...(typeof wait === 'string'
      ? { liveSeconds: numberArgument('update', 'wait', wait, liveSeconds.unwrap()) }
      : {}),
    ...(typeof steady === 'string'
      ? { steadySeconds: numberArgument('update', 'steady', steady, steadySeconds.unwrap()) }
      : {}),
  };
}

/** An agent that was restarted meanwhile either went on with the update or took the trial back. */
async function requireDone(cli: Cli, { reference, candidate, stations }: UpdateReport): Promise<void> {
  const { current } = await cli.client.call('update.get', { image: reference });
  if (current?.id !== candidate?.id)
    throw new AppError('job_failed', {
      message: 'update: it was interrupted during the trial; all stations run the image of before.',
      remedy: 'Run it again: sudo conduit update',
    });
  cli.print(`${plural(stations, 'station')} on ${reference} (${shortId(candidate?.id ?? '')}).`);
}

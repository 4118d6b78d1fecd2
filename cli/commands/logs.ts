import { AppError } from '../../lib/contract/errors.ts';
import { createServiceManager } from '../../lib/install/service-manager.ts';
import type { Cli, Command, Options } from '../command.ts';
import { stationNumbers } from '../parse.ts';

const SHOWN_LINES = 200;

export const logs: Command = {
  name: 'logs',
  summary: 'what a station, the agent or the panel wrote',
  args: [{ spec: '[station]', description: 'number of a station' }],
  options: [
    { flags: '-f, --follow', description: 'go on with what is written from now on; Ctrl-C ends it' },
    { flags: '--agent', description: "the agent's log" },
    { flags: '--panel', description: "the panel's log" },
  ],
  needsRoot: true,
  async run(cli, words, options) {
    const wanted = [...words, ...(options.agent ? ['--agent'] : []), ...(options.panel ? ['--panel'] : [])];
    if (wanted.length !== 1)
      throw new AppError('invalid_input', {
        message: 'logs: name one of a station, --agent and --panel',
        remedy: 'For example: conduit logs 3 --follow',
      });
    if (words.length === 0) await serviceLog(cli, options);
    else await stationLog(cli, words, options.follow === true);
  },
};

async function stationLog(cli: Cli, words: string[], follow: boolean): Promise<void> {
  const [station = 0, ...more] = stationNumbers('logs', words);
  if (more.length > 0) throw new AppError('invalid_input', { message: 'logs: one station at a time' });
  const request = { station, tail: SHOWN_LINES, follow };
  for await (const line of cli.client.stream('station.logs', request, { signal: cli.signal })) {
    const time = line.at === null ? '' : `${new Date(line.at).toISOString()}  `;
    const text =
      line.kind === 'error'
        ? cli.style.red(line.text)
        : line.kind === 'noise'
          ? cli.style.dim(line.text)
          : line.text;
    cli.print(`${cli.style.dim(time)}${text}`);
  }
}

async function serviceLog(cli: Cli, options: Options): Promise<void> {
  const manager = createServiceManager(cli.layout, `${cli.layout.current}/templates`);
  const name = options.agent === true ? 'agent' : 'panel';
  const { signal } = cli;
  try {
    await manager.showLog(name, { lines: SHOWN_LINES, follow: options.follow === true, signal });
  } catch (error) {
    if (signal.aborted) return;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new AppError('not_found', {
      message: `logs: there is no log of the ${name} yet.`,
      remedy: 'Start it with `sudo ./conduit up`.',
    });
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { countrySourceSchema } from '../../lib/contract/countries.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { Cli, Command } from '../command.ts';
import { peersView } from '../peers-view.ts';

const EVERY_MS = 2000;
const MOST_ROWS = 40;

export const peers: Command = {
  name: 'peers',
  summary: 'the countries of the people connected now',
  details:
    'The stations’ own figures come first; images before 2.0 report none, and the tracker’s are shown then.\n' +
    'Sources are never added up.',
  options: [
    { flags: '-w, --watch', description: 'again every two seconds; Ctrl-C ends it' },
    { flags: '--source <source>', description: 'stations, tracker or legacy' },
    { flags: '--json', description: 'print everything as JSON, one line a picture' },
  ],
  async run(cli, _words, { watch, source, json }) {
    const asked = readSource('peers', source);
    do {
      const report = await cli.client.call('countries.get', asked === undefined ? {} : { source: asked });
      // A terminal is cleared before the next picture, a file gets one after the other.
      if (watch === true && json !== true && cli.env.isTty) cli.print('\u001b[H\u001b[2J');
      cli.print(json === true ? JSON.stringify(report) : peersView(report, cli.style, MOST_ROWS));
    } while (watch === true && (await pause(cli)));
  },
};

/** @returns false when the person has had enough */
async function pause(cli: Cli): Promise<boolean> {
  await delay(EVERY_MS, undefined, { signal: cli.signal }).catch(() => undefined);
  return !cli.signal.aborted;
}

/** @throws AppError invalid_input naming the option and its limits */
export function readSource(command: string, text: string | boolean | undefined) {
  if (text === undefined) return undefined;
  const parsed = countrySourceSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_input', {
    message: `${command}: --source must be stations, tracker or legacy, got ${text}`,
    remedy: 'Leave it out for the best one there is.',
  });
}

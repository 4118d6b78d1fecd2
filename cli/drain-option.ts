/** `--now` and `--drain`: how long stations that are about to stop may finish their sessions. */
import { AppError } from '../lib/contract/errors.ts';
import { balancerSettingsSchema } from '../lib/contract/settings.ts';
import type { Options } from './command.ts';
import { numberArgument } from './parse.ts';

export const DRAIN_OPTIONS = [
  { flags: '--now', description: 'do not wait for sessions to end: they are cut' },
  {
    flags: '--drain <seconds>',
    description: 'let sessions end for this long, 0 to 86400, instead of the time that is set',
  },
];

/** Nothing where neither is given: the balancer's setting holds. @throws AppError invalid_input */
export function drainChoice(command: string, { now, drain }: Options): { drainSeconds?: number } {
  if (now === true && drain !== undefined)
    throw new AppError('invalid_input', {
      message: `${command}: --now and --drain say two different things`,
      remedy: '--now is the same as --drain 0.',
    });
  if (now === true) return { drainSeconds: 0 };
  if (typeof drain !== 'string') return {};
  return {
    drainSeconds: numberArgument(command, 'drain', drain, balancerSettingsSchema.shape.drainSeconds),
  };
}

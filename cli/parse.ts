/** Turns words of the command line into values; a wrong one names itself and its limits. */
import type { z } from 'zod';
import { AppError } from '../lib/contract/errors.ts';

/**
 * A value held against the contract's own schema, so that the command says what the form and the agent say.
 * @throws AppError invalid_input such as "scale: count must be at least 1, got 0"
 */
export function numberArgument<T extends z.ZodType<number>>(
  command: string,
  name: string,
  text: string,
  schema: T,
): number {
  const parsed = schema.safeParse(text.trim() === '' ? text : Number(text));
  if (parsed.success) return parsed.data;
  // What follows a semicolon is the way out.
  const [limit = '', ...rest] = (parsed.error.issues[0]?.message ?? 'is not valid').split('; ');
  const wayOut = rest.join('; ');
  throw new AppError('invalid_input', {
    message: `${command}: ${name} ${limit}, got ${text === '' ? 'nothing' : text}`,
    ...(wayOut === '' ? {} : { remedy: `${wayOut.charAt(0).toUpperCase()}${wayOut.slice(1)}.` }),
  });
}

const MAX_STATION = 10_000;

/** `1 3 5-9` as numbers, ascending, each once. @throws AppError invalid_input naming the word that is wrong */
export function stationNumbers(command: string, words: readonly string[]): number[] {
  const found = new Set<number>();
  for (const word of words.flatMap((text) => text.split(','))) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(word);
    const from = Number(match?.[1] ?? 0);
    const to = Number(match?.[2] ?? from);
    if (match === null || from < 1 || to < from || to > MAX_STATION) {
      throw new AppError('invalid_input', {
        message: `${command}: stations are numbers from 1 to ${MAX_STATION} or ranges such as 5-9, got ${word}`,
      });
    }
    for (let station = from; station <= to; station++) found.add(station);
  }
  return [...found].sort((a, b) => a - b);
}

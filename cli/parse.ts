/** Turns words of the command line into values; a wrong one names itself and its limits. */
import { AppError } from '../lib/contract/errors.ts';

/** @throws AppError invalid_input such as "scale: count must be a whole number from 1 to 10000, got 0" */
export function wholeNumber(command: string, name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new AppError('invalid_input', { message: `${command}: ${name} must be a whole number from ${min} to ${max}, got ${JSON.stringify(text)}.` });
}

/** `1 3 5-9` as numbers, ascending, each once. */
export function stationNumbers(command: string, words: string[]): number[] {
  const found = new Set<number>();
  for (const word of words.flatMap((text) => text.split(','))) {
    const match = /^(?:conduit-)?(\d{1,5})(?:-(\d{1,5}))?$/.exec(word);
    const from = Number(match?.[1] ?? 0);
    const to = Number(match?.[2] ?? from);
    if (match === null || from < 1 || to < from || to > 10_000) {
      throw new AppError('invalid_input', { message: `${command}: stations are given as numbers from 1 to 10000 or ranges such as 5-9, got ${JSON.stringify(word)}.` });
    }
    for (let station = from; station <= to; station++) found.add(station);
  }
  return [...found].toSorted((a, b) => a - b);
}

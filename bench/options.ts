/** Options of a benchmark, checked before anything is started. */
import { parseArgs } from 'node:util';

export interface NumberOption {
  fallback: number;
  min: number;
  max: number;
}

/** @throws Error naming the option and its limits */
export function readNumbers<K extends string>(
  words: readonly string[],
  known: Record<K, NumberOption>,
  flags: readonly string[] = [],
): { numbers: Record<K, number>; flags: Set<string> } {
  const options = Object.fromEntries([
    ...Object.keys(known).map((name) => [name, { type: 'string' as const }]),
    ...flags.map((name) => [name, { type: 'boolean' as const }]),
  ]);
  const values: Record<string, unknown> = parseArgs({ args: [...words], options }).values;
  const numbers = {} as Record<K, number>;
  for (const [name, { fallback, min, max }] of Object.entries<NumberOption>(known)) {
    const given = values[name];
    const value = given === undefined ? fallback : Number(given);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new Error(`--${name} must be a whole number from ${min} to ${max}; got ${JSON.stringify(given)}`);
    numbers[name as K] = value;
  }
  return { numbers, flags: new Set(flags.filter((name) => values[name] === true)) };
}

/**
 * Two ways compared closely. A machine that is not alone changes its pace by a fifth from one second to the next, more
 * than two good balancers differ: so they take turns of one second, A B B A, and what their neighbours in time made is
 * compared. @see the sandwich order of paired experiments: a pace that rises or falls evenly favours neither
 */
import type { Load } from './load/load.ts';

const SLICE_SECONDS = 1;

export interface Duel {
  /** How many times as many new sessions the one made as the other. */
  ratio: number;
  /** Where that is, with 95 % certainty. */
  low: number;
  high: number;
  pairs: number;
}

/** @param between is done before each slice, so that each begins alike */
export async function duel(
  one: Load,
  other: Load,
  pairs: number,
  between: () => Promise<unknown>,
): Promise<Duel> {
  const slice = async (load: Load) => {
    await between();
    const { done, seconds } = await load.rate(0, SLICE_SECONDS);
    return done / seconds;
  };
  await slice(one);
  await slice(other);
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const isTurned = pair % 2 === 1;
    const first = await slice(isTurned ? other : one);
    const second = await slice(isTurned ? one : other);
    ratios.push(isTurned ? second / first : first / second);
  }
  return intervalOf(ratios);
}

/** Geometric mean of ratios, and its 95 % interval by their spread. Pure. */
export function intervalOf(ratios: readonly number[]): Duel {
  const logs = ratios.map(Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / Math.max(1, logs.length - 1);
  const half = 1.96 * Math.sqrt(variance / logs.length);
  return {
    ratio: Math.exp(mean),
    low: Math.exp(mean - half),
    high: Math.exp(mean + half),
    pairs: ratios.length,
  };
}

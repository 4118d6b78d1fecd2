/** How long stations that could join wait for the next reload of nginx. Pure. */

/** So many sets of old workers are ordinary after a change of the fleet. */
const ORDINARY = 4;
const PER_GENERATION_MS = 2000;
const LONGEST_MS = 60_000;

/**
 * Each reload leaves a set of workers behind until their last session ends, and each set takes memory: the more there
 * are, the longer stations that join are gathered into one reload. Whoever leaves does not wait.
 */
export function joinPauseMs(oldGenerations: number): number {
  return oldGenerations <= ORDINARY ? 0 : Math.min(LONGEST_MS, PER_GENERATION_MS * oldGenerations);
}

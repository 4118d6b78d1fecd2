/** Whether two runs of the session load test differ by more than chance does. Pure. */

/** One run; `failed` where it could not be finished. */
export interface Run {
  failed?: string;
  /** Sessions that were opened, and those of them that still answered at the end. */
  reached: number;
  alive: number;
  perSecond: number;
  connectP99: number;
  echoP99: number;
}

/** Two runs of the same on a machine that is not alone differ by about so much. */
const CHANCE = 0.15;
/** Sessions are counted, not timed: one in a thousand is more than chance. */
const COUNT_CHANCE = 0.001;

/** What is better or worse after it than before, in words; says so where nothing is. */
export function verdict(before: Run, after: Run): string {
  if (before.failed !== undefined || after.failed !== undefined) {
    if (before.failed !== undefined && after.failed !== undefined) return 'neither run could be finished';
    return after.failed === undefined
      ? 'helps: without it the run could not be finished'
      : 'harms: the run could not be finished';
  }
  const differences = [
    differs('sessions reached', before.reached, after.reached, COUNT_CHANCE, 'more'),
    differs('sessions alive at the end', before.alive, after.alive, COUNT_CHANCE, 'more'),
    differs('new sessions a second', before.perSecond, after.perSecond, CHANCE, 'more'),
    differs('p99 until connected', before.connectP99, after.connectP99, CHANCE, 'less'),
    differs('p99 of an echo', before.echoP99, after.echoP99, CHANCE, 'less'),
  ].filter((text) => text !== null);
  return differences.length === 0 ? 'makes no difference here' : differences.join('; ');
}

function differs(
  what: string,
  before: number,
  after: number,
  chance: number,
  good: 'more' | 'less',
): string | null {
  const scale = Math.max(Math.abs(before), Math.abs(after));
  if (scale === 0 || Math.abs(after - before) <= scale * chance) return null;
  const isBetter = after > before === (good === 'more');
  return `${isBetter ? 'better' : 'worse'}: ${what} ${before} → ${after}`;
}

/** Which buckets answer a question about the past. Pure. */
import { AppError } from '../contract/errors.ts';
import { bucketStart, TIERS, type Tier } from './tiers.ts';

export interface RangePlan {
  /** Index in TIERS of the coarsest frames to read. */
  tier: number;
  bucketSeconds: number;
  /** Start of the first bucket and end of the last, seconds since the epoch, both multiples of the bucket. */
  from: number;
  to: number;
}

/** Widths people read without thinking; each is a multiple of the tier it is read from. */
const WIDTHS = [
  10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 604_800,
];

/**
 * Chooses the narrowest bucket that keeps to `maxPoints`. Buckets lie on multiples of their width, so that the same
 * moment always falls into the same bucket; the first and the last may reach beyond what was asked.
 * @throws AppError invalid_input when `from` is not before `to`
 */
export function planRange(query: { from: number; to: number; maxPoints: number }, nowMs: number): RangePlan {
  if (query.from >= query.to) {
    throw new AppError('invalid_input', {
      message: '`from` must be before `to`.',
      fields: [{ field: 'from', message: 'must be before `to`' }],
    });
  }
  const from = query.from / 1000;
  const to = query.to / 1000;
  const narrowest = TIERS.find((tier) => isKept(tier, from, nowMs / 1000))?.width ?? TIERS[0].width;
  const fits = (width: number) => width >= narrowest && pointsOf(from, to, width) <= query.maxPoints;
  const bucketSeconds = WIDTHS.find(fits) ?? wide(fits);
  // Roll-ups are exact: the coarsest frames that divide the buckets give the same answer with the least reading.
  const tier = TIERS.findLastIndex(({ width }) => bucketSeconds % width === 0);
  return {
    tier,
    bucketSeconds,
    from: bucketStart(from, bucketSeconds),
    to: Math.ceil(to / bucketSeconds) * bucketSeconds,
  };
}

/** Pruned up to a whole bucket of the next tier, so a little less than the whole time is there for certain. */
function isKept({ keep, width }: Tier, from: number, now: number): boolean {
  return keep === null || from >= now - keep + 10 * width;
}

function pointsOf(from: number, to: number, width: number): number {
  return Math.ceil(to / width) - Math.floor(from / width);
}

/** Two buckets always suffice once each is wider than the range; doubling gets there from a week in a few steps. */
function wide(fits: (width: number) => boolean): number {
  let width = WIDTHS.at(-1) ?? 1;
  while (!fits(width)) width *= 2;
  return width;
}

/** Which bucket of the plan a moment lies in; outside the plan it is none of its indices. */
export function indexIn(plan: RangePlan, at: number): number {
  return Math.floor((at - plan.from) / plan.bucketSeconds);
}

export function bucketCount(plan: RangePlan): number {
  return (plan.to - plan.from) / plan.bucketSeconds;
}

/** Start of each bucket, milliseconds since the epoch. */
export function bucketTimes(plan: RangePlan): number[] {
  return Array.from({ length: bucketCount(plan) }, (_, i) => (plan.from + i * plan.bucketSeconds) * 1000);
}

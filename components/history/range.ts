/** Ranges of time as pages offer them and as addresses carry them. Pure. */

export const RANGES = {
  '1h': { label: '1 h', words: 'the last hour', ms: 3_600_000 },
  '24h': { label: '24 h', words: 'the last 24 hours', ms: 86_400_000 },
  '7d': { label: '7 d', words: 'the last 7 days', ms: 7 * 86_400_000 },
  '30d': { label: '30 d', words: 'the last 30 days', ms: 30 * 86_400_000 },
  '1y': { label: '1 y', words: 'the last year', ms: 365 * 86_400_000 },
} as const;
export type RangeName = keyof typeof RANGES;

/** A named range that ends now, or one between two moments, in milliseconds. */
export type Range = { name: RangeName } | { from: number; to: number };

export function isNamed(range: Range): range is { name: RangeName } {
  return 'name' in range;
}

/** Reads `range=7d` or `from=…&to=…`; what is none of both is the range to begin with. */
export function readRange(params: URLSearchParams, otherwise: RangeName): Range {
  const from = Number(params.get('from') ?? Number.NaN);
  const to = Number(params.get('to') ?? Number.NaN);
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from < to) return { from, to };
  const name = params.get('range') ?? otherwise;
  return { name: name in RANGES ? (name as RangeName) : otherwise };
}

export function writeRange(params: URLSearchParams, range: Range): void {
  for (const key of ['range', 'from', 'to']) params.delete(key);
  if (isNamed(range)) params.set('range', range.name);
  else {
    params.set('from', String(range.from));
    params.set('to', String(range.to));
  }
}

/**
 * When the range begins and ends. One that ends now moves on in steps, so that a page does not ask anew each second.
 * @param nowMs milliseconds since the epoch
 */
export function rangeBounds(range: Range, nowMs: number): { from: number; to: number } {
  if (!isNamed(range)) return range;
  const { ms } = RANGES[range.name];
  const step = ms <= RANGES['1h'].ms ? 10_000 : ms <= RANGES['24h'].ms ? 60_000 : 300_000;
  const to = Math.ceil(nowMs / step) * step;
  return { from: to - ms, to };
}

export function rangeWords(range: Range): string {
  return isNamed(range) ? RANGES[range.name].words : 'the chosen time';
}

const LONGEST_MS = 20 * 365 * 86_400_000;

/** What is wrong with a chosen range, by field; empty when nothing is. */
export function rangeErrors(from: number, to: number, nowMs: number): { from?: string; to?: string } {
  if (!Number.isFinite(from)) return { from: 'must be a day and a time' };
  if (!Number.isFinite(to)) return { to: 'must be a day and a time' };
  if (from >= nowMs) return { from: 'must not be in the future' };
  if (from >= to) return { to: 'must be after the beginning' };
  if (to - from < 60_000) return { to: 'must be at least a minute after the beginning' };
  return to - from > LONGEST_MS ? { from: 'must be at most 20 years before the end' } : {};
}

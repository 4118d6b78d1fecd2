/** From the columns of a history answer to what a chart draws. Pure. */
import type { HistorySeries } from '../../lib/contract/history.ts';
import { formatBitrate } from '../../lib/format/bytes.ts';

/** One point: `at` in milliseconds, one value a line; null is a gap. */
export type ChartPoint = { at: number } & Record<string, number | null>;

/** Columns side by side as points. All columns are as long as `at`. */
export function toPoints(
  at: readonly number[],
  columns: Record<string, readonly (number | null)[]>,
): ChartPoint[] {
  return at.map((time, i) => {
    const values = Object.entries(columns).map(([name, column]) => [name, column[i] ?? null]);
    return { ...Object.fromEntries(values), at: time } as ChartPoint;
  });
}

/**
 * Bytes moved in a bucket as bits a second, so that the axis has round steps in the unit it shows. The bucket that is
 * still filling counts for the time it has had; when that is too little to tell, it is left out.
 * @param nowMs milliseconds since the epoch
 */
export function toBitRates(
  column: readonly (number | null)[],
  { t, bucketSeconds }: Pick<HistorySeries, 't' | 'bucketSeconds'>,
  nowMs: number,
): (number | null)[] {
  return column.map((bytes, i) => {
    const seconds = Math.min(bucketSeconds, (nowMs - (t[i] ?? 0)) / 1000);
    if (bytes === null || seconds < bucketSeconds * ENOUGH_OF_A_BUCKET) return null;
    return (bytes * 8) / seconds;
  });
}
const ENOUGH_OF_A_BUCKET = 0.5;

/** Whether nothing was observed just before and just after: a line would have no length there. */
export function isAlone(points: readonly ChartPoint[], index: number, key: string): boolean {
  const has = (at: number) => points[at]?.[key] != null;
  return has(index) && !has(index - 1) && !has(index + 1);
}

/** True when nothing at all was observed. */
export function isEmptySeries(series: HistorySeries): boolean {
  return series.connected.every((value) => value === null);
}

const STEPS_MS = [
  1, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 10_080, 20_160, 43_200, 86_400,
].map((minutes) => minutes * 60_000);

/**
 * Ticks on round local times.
 * @param offsetMs what is added to UTC to get the reader's clock
 */
export function timeTicks(from: number, to: number, most: number, offsetMs: number): number[] {
  const step =
    STEPS_MS.find((candidate) => (to - from) / candidate <= most) ??
    Math.ceil((to - from) / most / 86_400_000) * 86_400_000;
  const ticks: number[] = [];
  for (let tick = Math.ceil((from + offsetMs) / step) * step - offsetMs; tick <= to; tick += step)
    ticks.push(tick);
  return ticks;
}

/** Round steps from 0 to just above the largest value: 0, 25, 50, 75, 100. */
export function valueTicks(largest: number, most = 4): number[] {
  if (largest <= 0) return [0, 1];
  const raw = largest / most;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * magnitude).find((candidate) => candidate * most >= largest) ??
    raw;
  return Array.from({ length: Math.ceil(largest / step - 1e-9) + 1 }, (_, i) => i * step);
}

/** Bits a second for an axis: `80 Mbit/s`, not `80.0`. */
export function bitrateText(bitsPerSecond: number): string {
  return formatBitrate(bitsPerSecond / 8).replace('.0 ', ' ');
}

/** What the page on history draws, from what the agent answers. Pure. */
import type { HistoryLines, HistorySeries } from '../../lib/contract/history.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { formatCount } from '../../lib/format/count.ts';
import { countryName } from '../../lib/format/country.ts';
import { type ChartPoint, toBitRates, toPoints } from '../charts/chart-points.ts';
import type { ChartLine } from '../charts/time-chart.tsx';

export type By = 'total' | 'country' | 'station';
export type Measure = 'users' | 'traffic';

export interface View {
  by: By;
  measure: Measure;
  source: 'stations' | 'tracker';
  compare: boolean;
}

export function readView(params: URLSearchParams): View {
  const by = params.get('by');
  return {
    by: by === 'country' || by === 'station' ? by : 'total',
    measure: params.get('measure') === 'traffic' ? 'traffic' : 'users',
    source: params.get('source') === 'tracker' ? 'tracker' : 'stations',
    compare: params.get('compare') === '1',
  };
}

const COLORS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
/** As many lines as there are colours that can be told apart. */
export const MOST_LINES = COLORS.length;

/** Of one chart: more than its pixels are nobody's gain. */
export const MOST_POINTS = 400;

export interface Drawing {
  points: ChartPoint[];
  lines: ChartLine[];
}

/** An earlier range as long as the one that is shown, and how much earlier it is. */
export interface Before {
  series: HistorySeries;
  shiftMs: number;
}

/** As long as the range and ending where that begins. */
export function periodBefore({ from, to }: { from: number; to: number }): { from: number; to: number } {
  return { from: Math.max(0, 2 * from - to), to: Math.max(1, from) };
}

/** The lines of countries or stations on each other, those with most at the bottom; before, only what they came to. */
export function drawLines(
  answer: HistoryLines,
  before: Before | undefined,
  view: View,
  nowMs: number,
): Drawing {
  const columns: Record<string, readonly (number | null)[]> = Object.fromEntries(
    answer.lines.map(({ key, values }) => [
      key,
      view.measure === 'users' ? values : toBitRates(values, answer, nowMs),
    ]),
  );
  const lines = answer.lines.map(({ key }, i): ChartLine => {
    const color = key === 'other' ? 9 : (COLORS[i] ?? 9);
    return { key, label: lineLabel(key, view.by), color, shape: 'stacked' };
  });
  if (before !== undefined) {
    columns.before = valuesBefore(answer, before, view.measure);
    lines.push({ key: 'before', label: 'All, the period before', color: 9, shape: 'dashed' });
  }
  return { points: toPoints(answer.t, columns), lines };
}

export function lineLabel(key: string, by: By): string {
  if (by === 'station') return key === 'other' ? 'Other stations' : `Station ${key}`;
  return countryName(key);
}

/** The whole, beside the same length of time before it. */
export function drawTotal(
  series: HistorySeries,
  before: Before | undefined,
  measure: Measure,
  nowMs: number,
): Drawing {
  const columns: Record<string, readonly (number | null)[]> = { total: valuesOf(series, measure, nowMs) };
  const lines: ChartLine[] = [
    {
      key: 'total',
      label: measure === 'users' ? 'Connected, average' : 'Traffic, both ways',
      color: measure === 'users' ? 1 : 2,
      shape: 'area',
    },
  ];
  if (measure === 'users') {
    columns.peak = series.connectedMax;
    lines.push({ key: 'peak', label: 'Connected, highest', color: 1, shape: 'line' });
  }
  if (before !== undefined) {
    columns.before = valuesBefore(series, before, measure);
    lines.push({ key: 'before', label: 'The period before', color: 9, shape: 'dashed' });
  }
  return { points: toPoints(series.t, columns), lines };
}

function valuesOf(series: HistorySeries, measure: Measure, untilMs: number): readonly (number | null)[] {
  if (measure === 'users') return series.connected;
  const moved = series.uploadedBytes.map((up, i) => {
    const down = series.downloadedBytes[i] ?? null;
    return up === null && down === null ? null : (up ?? 0) + (down ?? 0);
  });
  return toBitRates(moved, series, untilMs);
}

/**
 * For each bucket what was there one range earlier, by time and not by number: what is older is often kept in wider
 * buckets, which also begin at other moments. Averages and rates both, so parts of buckets count by their length.
 */
function valuesBefore(
  { t, bucketSeconds }: Pick<HistorySeries, 't' | 'bucketSeconds'>,
  { series, shiftMs }: Before,
  measure: Measure,
): (number | null)[] {
  const values = valuesOf(series, measure, Number.POSITIVE_INFINITY);
  const width = series.bucketSeconds * 1000;
  const first = series.t[0] ?? 0;
  return t.map((at) => {
    const from = at - shiftMs;
    const to = from + bucketSeconds * 1000;
    let sum = 0;
    let known = 0;
    for (let i = Math.max(0, Math.floor((from - first) / width)); i < values.length; i++) {
      const start = first + i * width;
      if (start >= to) break;
      const ms = Math.min(to, start + width) - Math.max(from, start);
      const value = values[i];
      if (value == null || ms <= 0) continue;
      sum += value * ms;
      known += ms;
    }
    return known === 0 ? null : sum / known;
  });
}

export interface Sums {
  /** Average users while anything was observed; null when nothing was. */
  users: number | null;
  most: number | null;
  uploadedBytes: number;
  downloadedBytes: number;
  stations: number | null;
  /** Buckets of the range that have passed and in which nothing was observed. */
  gaps: number;
  buckets: number;
}

/** @param bounds what of the first and the last bucket counts: the wider they are, the more they reach beyond a range */
export function sumUp(
  series: HistorySeries,
  nowMs: number,
  bounds: { from: number; to: number } = ALL_OF_IT,
): Sums {
  const shares = series.t.map((at) => {
    const filled = Math.min(at + series.bucketSeconds * 1000, Math.max(nowMs, at + 1));
    const inside = Math.min(filled, bounds.to) - Math.max(at, bounds.from);
    return Math.min(1, Math.max(0, inside / (filled - at)));
  });
  const passed = series.t.filter((at) => at + series.bucketSeconds * 1000 <= nowMs).length;
  const seen = series.connected.slice(0, passed).filter((value) => value !== null);
  return {
    users: average(series.connected),
    most: series.connectedMax.reduce<number | null>(
      (most, value) => (value === null ? most : Math.max(most ?? 0, value)),
      null,
    ),
    uploadedBytes: total(series.uploadedBytes, shares),
    downloadedBytes: total(series.downloadedBytes, shares),
    stations: average(series.stationsRunning),
    gaps: passed - seen.length,
    buckets: passed,
  };
}

function average(column: readonly (number | null)[]): number | null {
  const known = column.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

const ALL_OF_IT = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

function total(column: readonly (number | null)[], shares: readonly number[]): number {
  return Math.round(column.reduce<number>((sum, value, i) => sum + (value ?? 0) * (shares[i] ?? 0), 0));
}

/** `12 % more than before`; nothing to compare with says so. */
export function differenceWords(now: number | null, before: number | null | undefined): string {
  if (before == null || before === 0 || now === null) return 'nothing to compare with';
  const percent = Math.round((now / before - 1) * 100);
  if (percent === 0) return 'as much as before';
  return `${Math.abs(percent)} % ${percent > 0 ? 'more' : 'less'} than before`;
}

export function bytesWords({ uploadedBytes, downloadedBytes }: Sums): string {
  return `${formatBytes(uploadedBytes)} in, ${formatBytes(downloadedBytes)} out`;
}

export function usersWords(value: number | null): string {
  if (value === null) return '–';
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : formatCount(Math.round(value));
}

/** Zooming by keys: a part of the range, held inside what there is. */
export function moved(
  { from, to }: { from: number; to: number },
  how: 'in' | 'out' | 'earlier' | 'later',
  nowMs: number,
): { from: number; to: number } {
  const span = to - from;
  const minimum = 120_000;
  if (how === 'in') {
    const half = Math.max(minimum, span / 2);
    const middle = (from + to) / 2;
    return { from: Math.round(middle - half / 2), to: Math.round(middle + half / 2) };
  }
  if (how === 'out') {
    const end = Math.min(nowMs, to + span / 2);
    return { from: Math.max(0, Math.round(end - 2 * span)), to: Math.round(end) };
  }
  const step = how === 'earlier' ? -span / 2 : Math.min(span / 2, Math.max(0, nowMs - to));
  return { from: Math.max(0, Math.round(from + step)), to: Math.round(to + step) };
}

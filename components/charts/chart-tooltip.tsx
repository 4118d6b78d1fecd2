import { formatInZone } from '../../lib/format/zone.ts';
import type { ChartPoint } from './chart-points.ts';
import type { ChartLine } from './time-chart.tsx';

export interface ChartTooltipProps {
  lines: readonly ChartLine[];
  format: (value: number) => string;
  zone: string;
  /** Handed in by the chart. */
  active?: boolean;
  payload?: readonly { payload?: unknown }[];
}

/** Time and every line's value at the pointer; what was not observed says so. */
export function ChartTooltip({ lines, format, zone, active, payload }: ChartTooltipProps) {
  const point = payload?.[0]?.payload as ChartPoint | undefined;
  if (!active || point === undefined) return null;
  return (
    <div className="rounded-lg border bg-surface px-3 py-2 text-sm shadow-floating">
      <p className="mb-1 text-ink-muted">{formatInZone(point.at, zone)}</p>
      {lines.map(({ key, label, color, shape }) => {
        const value = point[key] ?? null;
        return (
          <p key={key} className="flex items-center gap-2">
            <ChartSwatch color={color} shape={shape} />
            <span className="text-ink-muted">{label}</span>
            <span className="ml-auto pl-4 font-medium">
              {value === null ? 'not observed' : format(value)}
            </span>
          </p>
        );
      })}
    </div>
  );
}

const FILLS = {
  1: 'fill-chart-1',
  2: 'fill-chart-2',
  3: 'fill-chart-3',
  4: 'fill-chart-4',
  5: 'fill-chart-5',
  6: 'fill-chart-6',
  7: 'fill-chart-7',
  8: 'fill-chart-8',
  9: 'fill-chart-9',
};

/** The colour of a line, small; thin for a thin line. */
export function ChartSwatch({ color, shape }: Pick<ChartLine, 'color' | 'shape'>) {
  return (
    <svg className="size-2.5 shrink-0" viewBox="0 0 10 10" aria-hidden="true">
      {shape === 'line' || shape === 'dashed' ? (
        <rect className={FILLS[color]} y="4" width="10" height="2" rx="1" />
      ) : (
        <rect className={FILLS[color]} width="10" height="10" rx="3" />
      )}
    </svg>
  );
}

/** Every line's colour and name. */
export function ChartLegend({ lines }: { lines: readonly ChartLine[] }) {
  return (
    <span className="flex flex-wrap gap-x-4 gap-y-1">
      {lines.map(({ key, label, color, shape }) => (
        <span key={key} className="inline-flex items-center gap-1.5">
          <ChartSwatch color={color} shape={shape} />
          {label}
        </span>
      ))}
    </span>
  );
}

'use client';

import { useMemo } from 'react';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { type ChartPoint, timeTicks, valueTicks } from './chart-points.ts';
import { ChartTooltip } from './chart-tooltip.tsx';

export interface ChartLine {
  /** Key of the value in each point. */
  key: string;
  label: string;
  color: 1 | 2 | 3 | 4 | 5;
  /** `area` is filled; `line` is thin, for a companion of the area. */
  shape: 'area' | 'line';
}

export interface TimeChartProps {
  points: ChartPoint[];
  lines: ChartLine[];
  from: number;
  to: number;
  format: (value: number) => string;
  /** What the chart shows and its range, for those who do not see it. */
  label: string;
  /** Pixels. */
  height?: number;
}

const AXIS = { fontSize: 12, fill: 'var(--ink-faint)' };

/** Values over time: gaps stay gaps, the axis begins at zero, the tooltip names every line. */
export function TimeChart({ points, lines, from, to, format, label, height = 220 }: TimeChartProps) {
  const offsetMs = useMemo(() => -new Date(to).getTimezoneOffset() * 60_000, [to]);
  const ticks = valueTicks(
    Math.max(0, ...points.flatMap((point) => lines.map(({ key }) => point[key] ?? 0))),
  );
  const spansDays = to - from > 36 * 3_600_000;
  return (
    <figure aria-label={label} className="w-full">
      <ResponsiveContainer width="100%" height={height}>
        <ComposedChart data={points} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer>
          <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
          <XAxis
            dataKey="at"
            type="number"
            domain={[from, to]}
            ticks={timeTicks(from, to, 6, offsetMs)}
            tickFormatter={(at: number) => tickText(at, spansDays)}
            tick={AXIS}
            tickLine={false}
            axisLine={false}
            minTickGap={24}
          />
          <YAxis
            ticks={ticks}
            domain={[0, ticks.at(-1) ?? 1]}
            tickFormatter={format}
            tick={AXIS}
            tickLine={false}
            axisLine={false}
            width={88}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: 'var(--line-strong)' }}
            content={<ChartTooltip lines={lines} format={format} />}
          />
          {lines.map(({ key, color, shape }) =>
            shape === 'area' ? (
              <Area
                key={key}
                dataKey={key}
                type="monotone"
                stroke={`var(--chart-${color})`}
                strokeWidth={2}
                fill={`var(--chart-${color})`}
                fillOpacity={0.14}
                isAnimationActive={false}
                connectNulls={false}
                dot={false}
              />
            ) : (
              <Line
                key={key}
                dataKey={key}
                type="monotone"
                stroke={`var(--chart-${color})`}
                strokeWidth={1.5}
                isAnimationActive={false}
                connectNulls={false}
                dot={false}
              />
            ),
          )}
        </ComposedChart>
      </ResponsiveContainer>
    </figure>
  );
}

function tickText(at: number, spansDays: boolean): string {
  const date = new Date(at);
  return spansDays
    ? date.toLocaleDateString('en', { day: 'numeric', month: 'short' })
    : date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

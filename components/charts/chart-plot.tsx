'use client';

import { useState } from 'react';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  type MouseHandlerDataParam,
  ReferenceArea,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { axisText, zoneOffsetMs } from '../../lib/format/zone.ts';
import { type ChartPoint, isAlone, timeTicks, valueTicks } from './chart-points.ts';
import { ChartTooltip } from './chart-tooltip.tsx';
import type { ChartLine, TimeChartProps } from './time-chart.tsx';

export type ChartPlotProps = Omit<TimeChartProps, 'label'> &
  Required<Pick<TimeChartProps, 'height' | 'zone'>>;

const AXIS = { tick: { fontSize: 12, fill: 'var(--ink-faint)' }, tickLine: false, axisLine: false };

/** The drawing of a time chart. */
export function ChartPlot(props: ChartPlotProps) {
  const { points, lines, from, to, format, height, zone, onSelect } = props;
  const drag = useDrag(onSelect);
  const ticks = valueTicks(largestOf(points, lines));
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart
        data={points}
        margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
        accessibilityLayer
        {...drag.handlers}
      >
        <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
        <XAxis
          {...AXIS}
          dataKey="at"
          type="number"
          domain={[from, to]}
          allowDataOverflow
          ticks={timeTicks(from, to, 6, zoneOffsetMs(to, zone))}
          tickFormatter={(at: number) => axisText(at, zone, to - from)}
          minTickGap={24}
        />
        <YAxis {...AXIS} ticks={ticks} domain={[0, ticks.at(-1) ?? 1]} tickFormatter={format} width={88} />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: 'var(--line-strong)' }}
          content={<ChartTooltip lines={lines} format={format} zone={zone} />}
        />
        {lines.map((line) => drawLine(line, points))}
        {drag.selected === null ? null : (
          <ReferenceArea
            x1={drag.selected.from}
            x2={drag.selected.to}
            fill="var(--accent)"
            fillOpacity={0.15}
          />
        )}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

function drawLine({ key, color, shape }: ChartLine, points: readonly ChartPoint[]) {
  const stroke = `var(--chart-${color})`;
  const common = {
    dataKey: key,
    type: 'monotone',
    stroke,
    isAnimationActive: false,
    connectNulls: false,
    // A moment between two gaps would have no line to be seen by.
    dot: ({ index, cx, cy }: { index?: number; cx?: number; cy?: number }) =>
      index !== undefined && isAlone(points, index, key) ? (
        <circle key={`${key}-${index}`} cx={cx} cy={cy} r={2.5} fill={stroke} />
      ) : (
        <g key={`${key}-${index}`} />
      ),
  } as const;
  if (shape === 'line' || shape === 'dashed')
    return (
      <Line
        key={key}
        {...common}
        strokeWidth={1.5}
        {...(shape === 'dashed' ? { strokeDasharray: '4 4' } : {})}
      />
    );
  const isStacked = shape === 'stacked';
  return (
    <Area
      key={key}
      {...common}
      {...(isStacked ? { stackId: 'all' } : {})}
      strokeWidth={isStacked ? 1 : 2}
      fill={stroke}
      fillOpacity={isStacked ? 0.55 : 0.14}
    />
  );
}

/** The highest that is drawn: stacked lines lie on each other. */
function largestOf(points: readonly ChartPoint[], lines: readonly ChartLine[]): number {
  let largest = 0;
  for (const point of points) {
    let stack = 0;
    for (const { key, shape } of lines) {
      const value = point[key] ?? 0;
      if (shape === 'stacked') stack += value;
      else largest = Math.max(largest, value);
    }
    largest = Math.max(largest, stack);
  }
  return largest;
}

/** Dragging over the chart chooses a part of it. */
function useDrag(onSelect: TimeChartProps['onSelect']) {
  const [span, setSpan] = useState<{ begun: number; now: number } | null>(null);
  const selected =
    span === null || span.begun === span.now
      ? null
      : { from: Math.min(span.begun, span.now), to: Math.max(span.begun, span.now) };
  if (onSelect === undefined) return { selected: null, handlers: {} };
  const timeOf = ({ activeLabel }: MouseHandlerDataParam) =>
    activeLabel === undefined ? null : Number(activeLabel);
  return {
    selected,
    handlers: {
      onMouseDown: (state: MouseHandlerDataParam) => {
        const at = timeOf(state);
        if (at !== null) setSpan({ begun: at, now: at });
      },
      onMouseMove: (state: MouseHandlerDataParam) => {
        const at = timeOf(state);
        if (at !== null && span !== null) setSpan({ ...span, now: at });
      },
      onMouseUp: () => {
        setSpan(null);
        if (selected !== null) onSelect(selected.from, selected.to);
      },
      onMouseLeave: () => setSpan(null),
    },
  };
}

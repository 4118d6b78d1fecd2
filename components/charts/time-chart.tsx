'use client';

import dynamic from 'next/dynamic';
import { ownZone } from '../../lib/format/zone.ts';
import type { ChartPoint } from './chart-points.ts';

export interface ChartLine {
  /** Key of the value in each point. */
  key: string;
  label: string;
  color: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  /** `area` is filled; `stacked` areas lie on each other; `line` is thin, `dashed` is of another time. */
  shape: 'area' | 'stacked' | 'line' | 'dashed';
}

export interface TimeChartProps {
  points: ChartPoint[];
  lines: readonly ChartLine[];
  from: number;
  to: number;
  format: (value: number) => string;
  /** What the chart shows and its range, for those who do not see it. */
  label: string;
  /** Pixels. */
  height?: number;
  /** Whose clock the axis shows; by default this device's. */
  zone?: string;
  /** Told the part that was dragged over, milliseconds; without it dragging does nothing. */
  onSelect?: (from: number, to: number) => void;
}

/** Loaded by the browser alone: a server that has no width draws nothing, and would keep the library in memory for it. */
const ChartPlot = dynamic(() => import('./chart-plot.tsx').then((module) => module.ChartPlot), {
  ssr: false,
});

/** Values over time: gaps stay gaps, the axis begins at zero, the tooltip names every line. */
export function TimeChart({ label, height = 220, zone = ownZone(), ...rest }: TimeChartProps) {
  return (
    <figure
      aria-label={label}
      className={rest.onSelect ? 'w-full select-none' : 'w-full'}
      style={{ minHeight: height }}
    >
      <ChartPlot height={height} zone={zone} {...rest} />
    </figure>
  );
}

'use client';

import { ChartSpline, ChevronLeft, ChevronRight, Undo2, ZoomIn, ZoomOut } from 'lucide-react';
import { useState } from 'react';
import type { HistorySeries } from '../../lib/contract/history.ts';
import { formatCount, plural } from '../../lib/format/count.ts';
import { formatDuration } from '../../lib/format/time.ts';
import { bitrateText } from '../charts/chart-points.ts';
import { ChartLegend } from '../charts/chart-tooltip.tsx';
import { TimeChart } from '../charts/time-chart.tsx';
import { useCall } from '../data/use-call.ts';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import {
  type Drawing,
  drawLines,
  drawTotal,
  MOST_LINES,
  MOST_POINTS,
  moved,
  periodBefore,
  sumUp,
  type View,
} from './history-view.ts';
import { type Range, rangeWords } from './range.ts';

const DAY_SECONDS = 86_400;

export interface HistoryChartProps {
  view: View;
  bounds: { from: number; to: number };
  range: Range;
  total: {
    data: HistorySeries | undefined;
    error: { message: string; remedy?: string | undefined } | null;
    refetch: () => unknown;
  };
  before: HistorySeries | undefined;
  zone: string;
  nowMs: number;
  onRange: (range: Range) => void;
}

/** The chart the page is about. Dragging over it shows that part; buttons do the same without a pointer. */
export function HistoryChart(props: HistoryChartProps) {
  const { view, bounds, range, total, before, zone, nowMs, onRange } = props;
  const [trail, setTrail] = useState<Range[]>([]);
  const divided = view.by === 'total' ? null : view.by;
  const lines = useCall(
    'history.lines',
    {
      ...bounds,
      by: divided ?? 'station',
      source: view.source,
      measure: view.measure,
      maxPoints: MOST_POINTS,
      top: MOST_LINES,
    },
    { enabled: divided !== null && bounds.to > 0 && total.data !== undefined, keepPrevious: true },
  );
  // Of the same source as the countries: the fleet's own figures are others. Stations come to what the fleet comes to.
  const beforeByCountry = useCall(
    'history.query',
    { ...periodBefore(bounds), maxPoints: MOST_POINTS, source: view.source },
    { enabled: divided === 'country' && before !== undefined, keepPrevious: true },
  );
  const compared = before && (divided === 'country' ? beforeByCountry.data : before);
  const earlier = compared && { series: compared, shiftMs: bounds.to - bounds.from };
  const go = (next: Range) => {
    setTrail([...trail, range]);
    onRange(next);
  };
  const back = () => {
    const last = trail.at(-1);
    if (last === undefined) return;
    setTrail(trail.slice(0, -1));
    onRange(last);
  };
  const drawing: Drawing | undefined =
    divided === null
      ? total.data && drawTotal(total.data, earlier, view.measure, nowMs)
      : lines.data && drawLines(lines.data, earlier, view, nowMs);
  const what = view.measure === 'users' ? 'Users' : 'Traffic';
  const title = divided === null ? what : `${what} by ${divided}`;
  const answer = divided === null ? total : lines;
  return (
    <Card>
      <CardHeader
        title={title}
        description={drawing ? <ChartLegend lines={drawing.lines} /> : 'Loading'}
        actions={
          <Zoom onMove={(how) => go(moved(bounds, how, nowMs))} onBack={trail.length > 0 ? back : null} />
        }
      />
      <CardBody>
        <LoadingPanel
          data={drawing}
          error={answer.error}
          onRetry={() => void answer.refetch()}
          skeleton={<Skeleton className="h-[340px] w-full" />}
          isEmpty={({ points, lines: all }) =>
            points.every((point) => all.every(({ key }) => point[key] == null))
          }
          empty={
            <EmptyState icon={ChartSpline} title="Nothing recorded in this time" className="py-10">
              {view.by === 'country' && view.source === 'tracker'
                ? 'The tracker was off, or nobody passed it.'
                : 'History begins with the first station that runs.'}
            </EmptyState>
          }
        >
          {({ points, lines: shown }) => (
            <TimeChart
              label={`${title}, ${rangeWords(range)}`}
              points={points}
              lines={shown}
              {...bounds}
              zone={zone}
              height={340}
              format={view.measure === 'users' ? (value) => formatCount(Math.round(value)) : bitrateText}
              onSelect={(from, to) => go({ from, to })}
            />
          )}
        </LoadingPanel>
        <Remarks total={total.data} nowMs={nowMs} zone={zone} />
      </CardBody>
    </Card>
  );
}

const MOVES = [
  { how: 'earlier', label: 'Earlier', icon: ChevronLeft },
  { how: 'later', label: 'Later', icon: ChevronRight },
  { how: 'in', label: 'Zoom in', icon: ZoomIn },
  { how: 'out', label: 'Zoom out', icon: ZoomOut },
] as const;

function Zoom({
  onMove,
  onBack,
}: {
  onMove: (how: (typeof MOVES)[number]['how']) => void;
  onBack: (() => void) | null;
}) {
  return (
    <div className="flex items-center gap-1">
      {onBack === null ? null : (
        <Button size="sm" variant="ghost" onClick={onBack}>
          <Undo2 aria-hidden />
          Back
        </Button>
      )}
      {MOVES.map(({ how, label, icon: Icon }) => (
        <Button key={how} size="icon-sm" variant="ghost" aria-label={label} onClick={() => onMove(how)}>
          <Icon aria-hidden />
        </Button>
      ))}
    </div>
  );
}

/** What the chart does not say by itself: how wide a point is, and what was not observed. */
function Remarks({ total, nowMs, zone }: { total: HistorySeries | undefined; nowMs: number; zone: string }) {
  if (total === undefined) return null;
  const { gaps, buckets } = sumUp(total, nowMs);
  const remarks = [
    `A point is ${formatDuration(total.bucketSeconds * 1000)}.`,
    gaps > 0 && gaps < buckets
      ? `In ${plural(gaps, 'point')} of ${formatCount(buckets)} nothing was observed; they are left empty.`
      : '',
    total.bucketSeconds >= DAY_SECONDS && zone !== 'UTC' ? 'Days begin at midnight in UTC.' : '',
    'Drag over the chart to look closer.',
  ];
  return <p className="mt-3 text-ink-muted text-sm">{remarks.filter(Boolean).join(' ')}</p>;
}

'use client';

import { ChartSpline } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import type { HistorySeries } from '../../lib/contract/history.ts';
import { formatCount } from '../../lib/format/count.ts';
import { useCall } from '../data/use-call.ts';
import { type Range, rangeBounds, rangeWords } from '../history/range.ts';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { bitrateText, isEmptySeries, toBitRates, toPoints } from './chart-points.ts';
import { ChartLegend } from './chart-tooltip.tsx';
import { type ChartLine, TimeChart } from './time-chart.tsx';

const POINTS = 300;

const USER_LINES: ChartLine[] = [
  { key: 'connected', label: 'Connected, average', color: 1, shape: 'area' },
  { key: 'peak', label: 'Connected, highest', color: 1, shape: 'line' },
];
const TRAFFIC_LINES: ChartLine[] = [
  { key: 'down', label: 'Psiphon → clients', color: 2, shape: 'area' },
  { key: 'up', label: 'Clients → Psiphon', color: 4, shape: 'area' },
];

export interface HistoryChartsProps {
  /** One station, or one country by one source; by default the fleet. */
  of?: { station: number } | { country: string; source: 'stations' | 'tracker' };
  /** Given by the page; by default the reader chooses between an hour and a day. */
  range?: Range | null;
}

/** Users and traffic over time. */
export function HistoryCharts({ of, range: given }: HistoryChartsProps) {
  const [chosen, setChosen] = useState<'1h' | '24h'>(of === undefined || 'station' in of ? '1h' : '24h');
  const now = useNow();
  const range: Range = given ?? { name: chosen };
  const bounds = rangeBounds(range, now ?? 0);
  const query = useCall(
    'history.query',
    { ...bounds, maxPoints: POINTS, ...of },
    { enabled: now !== null, keepPrevious: true },
  );
  const select =
    given == null ? (
      <Segmented<'1h' | '24h'>
        label="Time range"
        value={chosen}
        onValueChange={setChosen}
        options={[
          { value: '1h', label: 'Last hour' },
          { value: '24h', label: 'Last day' },
        ]}
      />
    ) : null;
  const draw = (render: (series: HistorySeries, nowMs: number) => React.ReactNode) => (
    <LoadingPanel
      data={query.data}
      error={query.error}
      onRetry={() => void query.refetch()}
      skeleton={<Skeleton className="h-[220px] w-full" />}
      isEmpty={isEmptySeries}
      empty={
        <EmptyState icon={ChartSpline} title="Nothing recorded in this time" className="py-8">
          History begins with the first station that runs; a point is added every ten seconds.
        </EmptyState>
      }
    >
      {(series) => render(series, now ?? bounds.to)}
    </LoadingPanel>
  );
  const words = rangeWords(range);
  return (
    <div className="grid gap-6">
      <Card>
        <CardHeader title="Users" description={<ChartLegend lines={USER_LINES} />} actions={select} />
        <CardBody>
          {draw((series) => (
            <TimeChart
              label={`Users connected, ${words}`}
              points={toPoints(series.t, { connected: series.connected, peak: series.connectedMax })}
              lines={USER_LINES}
              {...bounds}
              format={(value) => formatCount(Math.round(value))}
            />
          ))}
        </CardBody>
      </Card>
      <Card>
        <CardHeader
          title="Traffic"
          description={<ChartLegend lines={TRAFFIC_LINES} />}
          actions={
            of === undefined ? (
              <Link href="/history" className="text-accent-text text-sm underline-offset-4 hover:underline">
                Longer, by country or station
              </Link>
            ) : null
          }
        />
        <CardBody>
          {draw((series, nowMs) => (
            <TimeChart
              label={`Traffic, ${words}`}
              points={toPoints(series.t, {
                up: toBitRates(series.uploadedBytes, series, nowMs),
                down: toBitRates(series.downloadedBytes, series, nowMs),
              })}
              lines={TRAFFIC_LINES}
              {...bounds}
              format={bitrateText}
            />
          ))}
        </CardBody>
      </Card>
    </div>
  );
}

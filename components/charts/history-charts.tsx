'use client';

import { ChartSpline } from 'lucide-react';
import { useState } from 'react';
import type { HistorySeries } from '../../lib/contract/history.ts';
import { formatBitrate } from '../../lib/format/bytes.ts';
import { formatCount } from '../../lib/format/count.ts';
import { useCall } from '../data/use-call.ts';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { isEmptySeries, toBitRates, toPoints } from './chart-points.ts';
import { ChartSwatch } from './chart-tooltip.tsx';
import { type ChartLine, TimeChart } from './time-chart.tsx';

const RANGES = {
  hour: { label: 'Last hour', ms: 3_600_000, points: 180 },
  day: { label: 'Last day', ms: 86_400_000, points: 288 },
};
type Range = keyof typeof RANGES;
const REFRESH_MS = 10_000;

const USER_LINES: ChartLine[] = [
  { key: 'connected', label: 'Connected, average', color: 1, shape: 'area' },
  { key: 'peak', label: 'Connected, highest', color: 1, shape: 'line' },
];
const TRAFFIC_LINES: ChartLine[] = [
  { key: 'down', label: 'Psiphon → clients', color: 2, shape: 'area' },
  { key: 'up', label: 'Clients → Psiphon', color: 4, shape: 'area' },
];

/** Users and traffic of the fleet, or of one station, over the last hour or day. */
export function HistoryCharts({ station }: { station?: number }) {
  const [range, setRange] = useState<Range>('hour');
  const now = useNow();
  const { ms, points } = RANGES[range];
  // A new question every ten seconds, the same for both charts; the old answer stays until the new one is there.
  const to = now === null ? null : Math.ceil(now / REFRESH_MS) * REFRESH_MS;
  const query = useCall(
    'history.query',
    { from: (to ?? ms) - ms, to: to ?? ms, maxPoints: points, ...(station === undefined ? {} : { station }) },
    { enabled: to !== null, keepPrevious: true },
  );
  const select = (
    <Segmented<Range>
      label="Time range"
      value={range}
      onValueChange={setRange}
      options={[
        { value: 'hour', label: RANGES.hour.label },
        { value: 'day', label: RANGES.day.label },
      ]}
    />
  );
  const draw = (render: (series: HistorySeries, from: number, to: number) => React.ReactNode) => (
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
      {(series) => render(series, (to ?? ms) - ms, to ?? ms)}
    </LoadingPanel>
  );
  return (
    <div className="grid gap-6">
      <Card>
        <CardHeader title="Users" description={<Legend lines={USER_LINES} />} actions={select} />
        <CardBody>
          {draw((series, from, end) => (
            <TimeChart
              label={`Users connected, ${RANGES[range].label.toLowerCase()}`}
              points={toPoints(series.t, { connected: series.connected, peak: series.connectedMax })}
              lines={USER_LINES}
              from={from}
              to={end}
              format={(value) => formatCount(Math.round(value))}
            />
          ))}
        </CardBody>
      </Card>
      <Card>
        <CardHeader title="Traffic" description={<Legend lines={TRAFFIC_LINES} />} />
        <CardBody>
          {draw((series, from, end) => (
            <TimeChart
              label={`Traffic as the stations report it, ${RANGES[range].label.toLowerCase()}`}
              points={toPoints(series.t, {
                up: toBitRates(series.uploadedBytes, series.bucketSeconds),
                down: toBitRates(series.downloadedBytes, series.bucketSeconds),
              })}
              lines={TRAFFIC_LINES}
              from={from}
              to={end}
              format={bitrateText}
            />
          ))}
        </CardBody>
      </Card>
    </div>
  );
}

function Legend({ lines }: { lines: ChartLine[] }) {
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

/** Bits a second for an axis: `80 Mbit/s`, not `80.0`. */
function bitrateText(bitsPerSecond: number): string {
  return formatBitrate(bitsPerSecond / 8).replace('.0 ', ' ');
}

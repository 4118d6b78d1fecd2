import type { HistorySeries } from '../../lib/contract/history.ts';
import { toPoints } from '../charts/chart-points.ts';
import { type ChartLine, TimeChart } from '../charts/time-chart.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';

const LINES: ChartLine[] = [{ key: 'running', label: 'Stations running', color: 3, shape: 'area' }];

/** How many stations ran. Nothing is drawn where that is not part of the answer. */
export function StationsChart({
  query,
  bounds,
  zone,
  words,
}: {
  query: { data: HistorySeries | undefined };
  bounds: { from: number; to: number };
  zone: string;
  words: string;
}) {
  const { data } = query;
  if (data === undefined || data.stationsRunning.every((value) => value === null)) return null;
  return (
    <Card>
      <CardHeader title="Stations" description="How many were running, on average" />
      <CardBody>
        <TimeChart
          label={`Stations running, ${words}`}
          points={toPoints(data.t, { running: data.stationsRunning })}
          lines={LINES}
          {...bounds}
          zone={zone}
          height={140}
          format={(value) => (Number.isInteger(value) ? String(value) : value.toFixed(1))}
        />
      </CardBody>
    </Card>
  );
}

'use client';

import type { LegacyHistory } from '../../lib/contract/migration.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { formatCount } from '../../lib/format/count.ts';
import { type ChartPoint, toPoints } from '../charts/chart-points.ts';
import { ChartLegend } from '../charts/chart-tooltip.tsx';
import { type ChartLine, TimeChart } from '../charts/time-chart.tsx';
import { useCall } from '../data/use-call.ts';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx';

const USERS: ChartLine[] = [{ key: 'connected', label: 'Connected', color: 1, shape: 'line' }];
const STATIONS: ChartLine[] = [{ key: 'running', label: 'Running', color: 2, shape: 'line' }];

/** What an older manager had written down before its stations were taken over; drawn only where there is something. */
export function LegacyCard({ zone }: { zone: string }) {
  const { data } = useCall('migration.history', {});
  if (data === undefined || isEmpty(data)) return null;
  const users = data.connections.length > 0 ? data.connections : data.reports;
  const running = data.uptime.length > 0 ? data.uptime : data.reports;
  return (
    <Card aria-label="Before the migration">
      <CardHeader
        title="Before the migration"
        description="Estimates of the older manager, as it wrote them down. They are shown for themselves and are in no other figure."
      />
      <CardBody className="flex flex-col gap-8">
        <Chart
          title="Users"
          lines={USERS}
          points={toPoints(
            users.map(({ at }) => at),
            { connected: users.map(({ connected }) => connected) },
          )}
          zone={zone}
        />
        <Chart
          title="Stations"
          lines={STATIONS}
          points={toPoints(
            running.map(({ at }) => at),
            { running: running.map((one) => one.running) },
          )}
          zone={zone}
        />
        {data.months.length > 0 ? <Months months={data.months} /> : null}
      </CardBody>
    </Card>
  );
}

function isEmpty({ months, connections, uptime, reports }: LegacyHistory): boolean {
  return months.length + connections.length + uptime.length + reports.length === 0;
}

interface ChartProps {
  title: string;
  lines: ChartLine[];
  points: ChartPoint[];
  zone: string;
}

function Chart({ title, lines, points, zone }: ChartProps) {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return null;
  return (
    <section className="flex flex-col gap-2">
      <h3 className="flex flex-wrap items-center gap-x-4 font-medium text-sm">
        {title}
        <span className="font-normal text-ink-muted">
          <ChartLegend lines={lines} />
        </span>
      </h3>
      <TimeChart
        label={`${title} before the migration, an estimate`}
        points={points}
        lines={lines}
        from={first.at}
        to={Math.max(last.at, first.at + 60_000)}
        format={(value) => formatCount(Math.round(value))}
        height={180}
        zone={zone}
      />
    </section>
  );
}

function Months({ months }: Pick<LegacyHistory, 'months'>) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-medium text-sm">Traffic by month</h3>
      <Table aria-label="Traffic by month before the migration">
        <TableHeader>
          <tr>
            <TableHead className="pl-0">Month</TableHead>
            <TableHead numeric>Countries</TableHead>
            <TableHead numeric>From clients</TableHead>
            <TableHead numeric className="pr-0">
              To clients
            </TableHead>
          </tr>
        </TableHeader>
        <TableBody>
          {months.map(({ month, countries, uploadedBytes, downloadedBytes }) => (
            <TableRow key={month}>
              <TableCell className="pl-0">{month}</TableCell>
              <TableCell numeric>{countries}</TableCell>
              <TableCell numeric>{formatBytes(uploadedBytes)}</TableCell>
              <TableCell numeric className="pr-0">
                {formatBytes(downloadedBytes)}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </section>
  );
}

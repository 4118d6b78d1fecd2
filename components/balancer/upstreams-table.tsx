'use client';

import Link from 'next/link';
import { memo } from 'react';
import type { BalancerTraffic } from '../../lib/contract/balancer.ts';
import { openSessions } from '../../lib/format/balancer.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { formatCount } from '../../lib/format/count.ts';
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx';
import { RowSpacer, useWindowRows } from '../ui/use-window-rows.tsx';
import { ByteAmount } from './amount.tsx';
import { RotationBadge } from './balancer-state.tsx';
import { sameUpstream, type UpstreamProps } from './same-upstream.ts';

const COLUMNS: { label: string; numeric?: boolean }[] = [
  { label: 'Station' },
  { label: 'Balancer' },
  { label: 'Open', numeric: true },
  { label: 'On 443', numeric: true },
  { label: 'On 5566', numeric: true },
  { label: 'From clients', numeric: true },
  { label: 'To clients', numeric: true },
  { label: 'It reports', numeric: true },
];
const ROW_PIXELS = 56;
/** Rows drawn above and below the window, so that scrolling and "find in page" meet them. */
const OVERSCAN = 60;

/** Draws the rows in and near the window only. */
export function UpstreamsTable({ stations }: { stations: BalancerTraffic['stations'] }) {
  const { box, rows, above, below } = useWindowRows(stations.length, ROW_PIXELS, OVERSCAN);
  return (
    <div ref={box}>
      <Table aria-label="Stations behind the balancer" aria-rowcount={stations.length + 1}>
        <TableHeader>
          <tr>
            {COLUMNS.map(({ label, numeric }) => (
              <TableHead key={label} {...(numeric ? { numeric } : {})} className="first:pl-6 last:pr-6">
                {label}
              </TableHead>
            ))}
          </tr>
        </TableHeader>
        <TableBody>
          <RowSpacer pixels={above} columns={COLUMNS.length} />
          {rows.map(({ index }) => {
            const station = stations[index];
            return station === undefined ? null : <UpstreamRow key={station.index} station={station} />;
          })}
          <RowSpacer pixels={below} columns={COLUMNS.length} />
        </TableBody>
      </Table>
    </div>
  );
}

const UpstreamRow = memo(function UpstreamRow({ station }: UpstreamProps) {
  const { primary, secondary, rotation, reason } = station;
  return (
    <TableRow data-interactive className="h-14">
      <TableCell className="whitespace-nowrap pl-6">
        <Link href={`/stations/${station.index}`} className="font-medium underline-offset-4 hover:underline">
          {station.name}
        </Link>
      </TableCell>
      <TableCell className="py-1.5">
        <span className="flex flex-wrap items-center gap-x-2">
          <RotationBadge rotation={rotation} />
          {reason ? <span className="text-ink-muted text-sm">{reason}</span> : null}
        </span>
      </TableCell>
      <TableCell numeric className="font-medium">
        {formatCount(openSessions(station))}
      </TableCell>
      <TableCell numeric>
        <Protocols sessions={primary} />
      </TableCell>
      <TableCell numeric>
        <Protocols sessions={secondary} />
      </TableCell>
      <TableCell numeric>
        <ByteAmount bytes={station.bytesIn} perSecond={station.bytesInPerSecond} />
      </TableCell>
      <TableCell numeric>
        <ByteAmount bytes={station.bytesOut} perSecond={station.bytesOutPerSecond} />
      </TableCell>
      <TableCell numeric className="pr-6">
        {station.reportedBytes === null ? '–' : formatBytes(station.reportedBytes)}
      </TableCell>
    </TableRow>
  );
}, sameUpstream);

function Protocols({ sessions }: { sessions: { tcp: number; udp: number } }) {
  return (
    <span className="flex flex-col text-sm leading-tight">
      <span>
        <span className="text-ink-muted text-xs">TCP</span> {formatCount(sessions.tcp)}
      </span>
      <span>
        <span className="text-ink-muted text-xs">UDP</span> {formatCount(sessions.udp)}
      </span>
    </span>
  );
}

'use client';

import Link from 'next/link';
import { memo } from 'react';
import type { StationSnapshot } from '../../lib/contract/snapshot.ts';
import { formatBitrate, formatBytes } from '../../lib/format/bytes.ts';
import { formatCount } from '../../lib/format/count.ts';
import { formatDuration } from '../../lib/format/time.ts';
import { Badge } from '../ui/badge.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { cn } from '../ui/cn.ts';
import { Progress } from '../ui/progress.tsx';
import { TableCell, TableRow } from '../ui/table.tsx';
import { balancerWords, loadOf, STATION_STATES } from './station-words.ts';

export interface StationRowProps {
  station: StationSnapshot;
  /** Uptime in whole minutes, so that a row changes with its station and not with the clock. */
  uptimeMinutes: number | null;
  selected: boolean;
  onSelect: (station: number, selected: boolean) => void;
}

/** A snapshot is new every two seconds, its stations mostly are not: a row is drawn again when a value changed. */
function sameRow(a: StationRowProps, b: StationRowProps): boolean {
  if (a.selected !== b.selected || a.uptimeMinutes !== b.uptimeMinutes || a.onSelect !== b.onSelect)
    return false;
  return (Object.keys(a.station) as (keyof StationSnapshot)[]).every(
    (key) => a.station[key] === b.station[key],
  );
}

export const StationRow = memo(function StationRow({
  station,
  uptimeMinutes,
  selected,
  onSelect,
}: StationRowProps) {
  const { label, tone, icon } = STATION_STATES[station.state];
  return (
    <TableRow data-interactive className={cn('h-14', selected && 'bg-accent-soft/50')}>
      <TableCell className="w-10 pr-0">
        <Checkbox
          checked={selected}
          onCheckedChange={(checked) => onSelect(station.index, checked === true)}
          aria-label={`Select ${station.name}`}
        />
      </TableCell>
      <TableCell className="whitespace-nowrap">
        <Link href={`/stations/${station.index}`} className="font-medium underline-offset-4 hover:underline">
          {station.name}
        </Link>
        {station.hasOverride ? <span className="ml-2 text-ink-faint text-xs">own limits</span> : null}
      </TableCell>
      <TableCell className="py-1">
        <span className="flex flex-col items-start">
          <Badge tone={tone} icon={icon}>
            {label}
          </Badge>
          <span className="pl-2.5 text-ink-muted text-xs leading-tight">{balancerWords(station)}</span>
        </span>
      </TableCell>
      <TableCell className="min-w-36">
        <UserMeter station={station} />
      </TableCell>
      <TableCell numeric>{formatBitrate(station.uploadBps + station.downloadBps)}</TableCell>
      <TableCell numeric>
        {station.cpuPercent === null ? '–' : `${station.cpuPercent.toFixed(1)} %`}
      </TableCell>
      <TableCell numeric>{station.memoryBytes === null ? '–' : formatBytes(station.memoryBytes)}</TableCell>
      <TableCell numeric>{uptimeMinutes === null ? '–' : formatDuration(uptimeMinutes * 60_000)}</TableCell>
      <TableCell numeric>{formatCount(station.restarts)}</TableCell>
    </TableRow>
  );
}, sameRow);

/** Users beside the most there may be. */
export function UserMeter({ station }: { station: StationSnapshot }) {
  const load = loadOf(station);
  return (
    <span className="flex flex-col gap-1">
      <span className="flex justify-between gap-2 text-sm">
        <span className="font-medium">{formatCount(station.connected)}</span>
        <span className="text-ink-faint">of {formatCount(station.maxClients)}</span>
      </span>
      <Progress
        value={load * 100}
        max={100}
        label={`Users of ${station.name}`}
        tone={load > 0.9 ? 'warn' : 'accent'}
        className="h-1"
      />
    </span>
  );
}

'use client';

import { ChevronRight } from 'lucide-react';
import Link from 'next/link';
import type { StationSnapshot } from '../../lib/contract/snapshot.ts';
import { formatBitrate, formatBytes } from '../../lib/format/bytes.ts';
import { Badge } from '../ui/badge.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { UserMeter } from './station-row.tsx';
import { balancerWords, STATION_STATES } from './station-words.ts';

/** A station on a narrow screen. */
export function StationCard({
  station,
  selected,
  onSelect,
}: {
  station: StationSnapshot;
  selected: boolean;
  onSelect: (station: number, selected: boolean) => void;
}) {
  const { label, tone, icon } = STATION_STATES[station.state];
  return (
    <li className="flex flex-col gap-3 px-4 py-4">
      <div className="flex items-center gap-3">
        <Checkbox
          checked={selected}
          onCheckedChange={(checked) => onSelect(station.index, checked === true)}
          aria-label={`Select ${station.name}`}
        />
        <Link
          href={`/stations/${station.index}`}
          className="flex min-w-0 flex-1 items-center gap-1 font-medium"
        >
          {station.name}
          <ChevronRight className="size-4 text-ink-faint" aria-hidden />
        </Link>
        <Badge tone={tone} icon={icon}>
          {label}
        </Badge>
      </div>
      <UserMeter station={station} />
      <p className="flex flex-wrap justify-between gap-x-4 text-ink-muted text-sm">
        <span>{formatBitrate(station.uploadBps + station.downloadBps)}</span>
        <span>{station.cpuPercent === null ? 'CPU –' : `CPU ${station.cpuPercent.toFixed(1)} %`}</span>
        <span>{station.memoryBytes === null ? '–' : formatBytes(station.memoryBytes)}</span>
        <span>{balancerWords(station)}</span>
      </p>
    </li>
  );
}

'use client';

import Link from 'next/link';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { StationSnapshot } from '../../lib/contract/snapshot.ts';
import { formatCount, formatShare } from '../../lib/format/count.ts';
import { loadOf, STATION_STATES, spreadOf } from '../stations/station-words.ts';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';

/** A bar a station, as high as its users; hollow where it does not run. Each leads to its station. */
export function StationSpread({ stations }: { stations: readonly StationSnapshot[] }) {
  // One stop of the tab key, however many stations; arrows go from bar to bar.
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const stop = Math.min(chosen, stations.length - 1);
  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -stop, End: stations.length - 1 - stop }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(stations.length - 1, stop + step));
    setChosen(next);
    list.current?.querySelectorAll('a')[next]?.focus();
  }
  const spread = spreadOf(stations);
  const highest = Math.max(1, ...stations.map((station) => station.connected));
  return (
    <Card className="flex flex-col">
      <CardHeader
        title="Users over the stations"
        description={spread === null ? 'No station runs.' : spreadText(spread)}
      />
      <CardBody className="flex flex-1 flex-col justify-end">
        <ul
          ref={list}
          className="flex h-40 items-end gap-px sm:gap-0.5"
          aria-label="Users of each station"
          onKeyDown={onKeyDown}
        >
          {stations.map((station, at) => (
            <Bar key={station.index} station={station} highest={highest} tabIndex={at === stop ? 0 : -1} />
          ))}
        </ul>
        <div className="mt-2 flex justify-between text-ink-faint text-xs" aria-hidden>
          <span>{stations[0]?.name}</span>
          <span>{stations.length > 1 ? stations.at(-1)?.name : ''}</span>
        </div>
      </CardBody>
    </Card>
  );
}

function Bar({
  station,
  highest,
  tabIndex,
}: {
  station: StationSnapshot;
  highest: number;
  tabIndex: number;
}) {
  const { label, tone } = STATION_STATES[station.state];
  const isUp = station.state === 'running';
  const text = `${station.name}: ${isUp ? `${formatCount(station.connected)} users, ${formatShare(loadOf(station))} full` : label}`;
  return (
    <li className="h-full min-w-0 flex-1">
      <Link
        href={`/stations/${station.index}`}
        tabIndex={tabIndex}
        aria-label={text}
        title={text}
        className="group flex h-full flex-col justify-end rounded-sm hover:bg-sunken"
      >
        <span
          className={cn(
            'block min-h-1 w-full rounded-t-sm transition-[height]',
            isUp
              ? loadOf(station) > 0.9
                ? 'bg-warn'
                : 'bg-chart-1 group-hover:bg-accent-hover'
              : 'border border-dashed',
            !isUp && (tone === 'critical' ? 'border-critical' : 'border-line-strong'),
          )}
          style={{ height: isUp ? `${(station.connected / highest) * 100}%` : '12%' }}
        />
      </Link>
    </li>
  );
}

function spreadText({ min, mean, max }: { min: number; mean: number; max: number }): string {
  return `${formatCount(min)} at least, ${formatCount(Math.round(mean))} on average, ${formatCount(max)} at most`;
}

'use client';

import Link from 'next/link';
import type { BalancerTraffic } from '../../lib/contract/balancer.ts';
import { openSessions, ROTATION_WORDS, sessionSpread, spreadSentence } from '../../lib/format/balancer.ts';
import { formatCount } from '../../lib/format/count.ts';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';

type Upstream = BalancerTraffic['stations'][number];

/** A bar a station, as high as its sessions; hollow where it gets no new ones. */
export function SessionStrip({ stations }: { stations: readonly Upstream[] }) {
  const highest = Math.max(1, ...stations.map(openSessions));
  return (
    <Card className="flex flex-col">
      <CardHeader title="Sessions over the stations" description={spreadSentence(sessionSpread(stations))} />
      <CardBody className="flex flex-1 flex-col">
        {stations.length === 0 ? (
          <p className="text-ink-muted">No station is behind the balancer yet.</p>
        ) : (
          <>
            <ul
              className="flex max-h-72 min-h-40 flex-1 gap-px sm:gap-0.5"
              aria-label="Open sessions of each station"
            >
              {stations.map((station) => (
                <Bar key={station.index} station={station} highest={highest} />
              ))}
            </ul>
            <div className="mt-2 flex items-center justify-between gap-3 text-ink-faint text-xs">
              <span aria-hidden>{stations[0]?.name}</span>
              <a href="#upstreams" className="rounded text-accent-text text-sm underline underline-offset-4">
                Each station
              </a>
              <span aria-hidden>{stations.length > 1 ? stations.at(-1)?.name : ''}</span>
            </div>
          </>
        )}
      </CardBody>
    </Card>
  );
}

function Bar({ station, highest }: { station: Upstream; highest: number }) {
  const open = openSessions(station);
  const isIn = station.rotation === 'in';
  const state = isIn ? '' : `, ${ROTATION_WORDS[station.rotation].toLowerCase()}`;
  const text = `${station.name}: ${formatCount(open)} sessions${state}`;
  return (
    <li className="flex min-w-0 flex-1">
      <Link
        href={`/stations/${station.index}`}
        aria-label={text}
        title={text}
        className="group flex w-full flex-col justify-end rounded-sm hover:bg-sunken"
      >
        <span
          className={cn(
            'block min-h-1 w-full rounded-t-sm transition-[height]',
            isIn
              ? 'bg-chart-1 group-hover:bg-accent-hover'
              : 'min-h-4 border border-line-strong border-dashed',
          )}
          style={{ height: `${(open / highest) * 100}%` }}
        />
      </Link>
    </li>
  );
}

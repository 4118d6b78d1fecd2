'use client';

import { ChevronRight } from 'lucide-react';
import Link from 'next/link';
import { memo } from 'react';
import { openSessions } from '../../lib/format/balancer.ts';
import { formatBitrate, formatBytes } from '../../lib/format/bytes.ts';
import { formatCount, plural } from '../../lib/format/count.ts';
import { RotationBadge } from './balancer-state.tsx';
import { sameUpstream, type UpstreamProps } from './same-upstream.ts';

/** A station behind the balancer on a narrow screen. */
export const UpstreamItem = memo(function UpstreamItem({ station }: UpstreamProps) {
  const { primary, secondary } = station;
  return (
    <li className="flex flex-col gap-1 px-4 py-3">
      <div className="flex items-center gap-3">
        <Link
          href={`/stations/${station.index}`}
          className="flex min-w-0 flex-1 items-center gap-1 font-medium"
        >
          {station.name}
          <ChevronRight className="size-4 text-ink-faint" aria-hidden />
        </Link>
        <span className="text-sm">{plural(openSessions(station), 'session')}</span>
        <RotationBadge rotation={station.rotation} />
      </div>
      {station.reason ? <p className="text-ink-muted text-sm">{station.reason}</p> : null}
      <p className="text-ink-muted text-sm">
        443: TCP {formatCount(primary.tcp)}, UDP {formatCount(primary.udp)} · 5566: TCP{' '}
        {formatCount(secondary.tcp)}, UDP {formatCount(secondary.udp)}
      </p>
      <dl className="mt-1 grid grid-cols-3 gap-2 text-sm">
        <Passed name="From clients" bytes={station.bytesIn} perSecond={station.bytesInPerSecond} />
        <Passed name="To clients" bytes={station.bytesOut} perSecond={station.bytesOutPerSecond} />
        <Passed name="It reports" bytes={station.reportedBytes} perSecond={null} />
      </dl>
    </li>
  );
}, sameUpstream);

function Passed(props: { name: string; bytes: number | null; perSecond: number | null }) {
  const { name, bytes, perSecond } = props;
  return (
    <div className="flex flex-col leading-snug">
      <dt className="text-ink-faint text-xs">{name}</dt>
      <dd>{bytes === null ? '–' : formatBytes(bytes)}</dd>
      {perSecond === null ? null : <dd className="text-ink-muted text-xs">{formatBitrate(perSecond)}</dd>}
    </div>
  );
}

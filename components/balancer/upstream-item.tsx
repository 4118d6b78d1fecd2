'use client';

import { ChevronRight } from 'lucide-react';
import Link from 'next/link';
import { memo } from 'react';
import { openSessions } from '../../lib/format/balancer.ts';
import { formatBitrate, formatBytes } from '../../lib/format/bytes.ts';
import { formatCount, plural } from '../../lib/format/count.ts';
import { RotationBadge } from './balancer-state.tsx';
import { sameUpstream, type UpstreamProps } from './same-upstream.ts';

/** A station behind the balancer on a narrow screen; the browser skips drawing those out of sight. */
export const UpstreamItem = memo(function UpstreamItem({ station }: UpstreamProps) {
  const { primary, secondary } = station;
  return (
    <li className="flex flex-col gap-1.5 px-4 py-3 [contain-intrinsic-size:auto_7rem] [content-visibility:auto]">
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
      <p className="text-ink-muted text-sm">
        In {formatBytes(station.bytesIn)}, {formatBitrate(station.bytesInPerSecond)} · out{' '}
        {formatBytes(station.bytesOut)}, {formatBitrate(station.bytesOutPerSecond)} · reports{' '}
        {station.reportedBytes === null ? 'nothing' : formatBytes(station.reportedBytes)}
      </p>
    </li>
  );
}, sameUpstream);

'use client';

import { formatAgo, formatDateTime } from '../../lib/format/time.ts';
import { useNow } from './use-now.ts';

export interface TimeProps {
  /** Milliseconds since the epoch. */
  at: number;
  /** `both` writes the absolute time beside the relative one; `relative` shows it on hover. */
  show?: 'relative' | 'absolute' | 'both';
  className?: string;
}

/** A point in time in the reader's own zone, which only the browser knows: the server draws the date in UTC. */
export function Time({ at, show = 'relative', className }: TimeProps) {
  const now = useNow();
  const iso = new Date(at).toISOString();
  const absolute = now === null ? `${iso.slice(0, 16).replace('T', ' ')} UTC` : formatDateTime(at);
  const relative = now === null ? absolute : formatAgo(at, now);
  return (
    <time dateTime={iso} title={absolute} className={className}>
      {show === 'absolute' ? absolute : relative}
      {show === 'both' && now !== null ? (
        <span className="ml-2 text-ink-faint text-sm">{absolute}</span>
      ) : null}
    </time>
  );
}

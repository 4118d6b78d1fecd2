'use client';

import { CloudOff, Hourglass, RotateCw, Wifi } from 'lucide-react';
import { formatDuration } from '../../lib/format/time.ts';
import type { LiveStatus } from '../live/live-store.ts';
import { useLive } from '../live/use-snapshot.tsx';
import { Badge, type BadgeProps } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useNow } from '../ui/use-now.ts';

const LOOKS: Record<LiveStatus, Pick<BadgeProps, 'tone' | 'icon'> & { text: string }> = {
  connecting: { tone: 'neutral', icon: Hourglass, text: 'Connecting' },
  live: { tone: 'ok', icon: Wifi, text: 'Live' },
  stale: { tone: 'warn', icon: Hourglass, text: 'No news' },
  reconnecting: { tone: 'warn', icon: RotateCw, text: 'Reconnecting' },
  unreachable: { tone: 'critical', icon: CloudOff, text: 'Not connected' },
};

/** Whether what the page shows is from now. */
export function ConnectionState() {
  const { status, snapshot } = useLive();
  const now = useNow();
  const { tone, icon, text } = LOOKS[status];
  const age = status === 'stale' && snapshot && now ? ` for ${formatDuration(now - snapshot.at)}` : '';
  return (
    <>
      {/* The age counts on each second; only the change of state is worth reading out. */}
      <span className="sr-only" role="status">
        Live view: {text}
      </span>
      <span aria-hidden>
        <Badge tone={tone} icon={icon ?? null}>
          {text}
          {age}
        </Badge>
      </span>
    </>
  );
}

/** Above the page while the agent cannot be reached: what is wrong, and the way out. */
export function ConnectionBanner() {
  const { status, error, retryNow } = useLive();
  if (status !== 'unreachable' || error === null) return null;
  return (
    <ErrorNote
      error={error}
      className="mb-6"
      actions={
        <Button size="sm" onClick={retryNow}>
          <RotateCw aria-hidden />
          Try now
        </Button>
      }
    />
  );
}

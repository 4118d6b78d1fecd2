'use client';

import Link from 'next/link';
import type { TrackerState } from '../../lib/contract/countries.ts';
import { formatBitrate } from '../../lib/format/bytes.ts';
import { formatCount } from '../../lib/format/count.ts';
import { useCall } from '../data/use-call.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { Note } from '../ui/note.tsx';

const STATES = {
  running: { label: 'Watching', tone: 'ok' },
  starting: { label: 'Starting', tone: 'warn' },
  waiting: { label: 'Waiting', tone: 'warn' },
  off: { label: 'Off', tone: 'neutral' },
} as const;

const POLL_MS = 10_000;

/** How the tracker is doing, and by which database it knows countries. */
export function TrackerCard() {
  const query = useCall('tracker.get', {}, { pollMs: POLL_MS });
  return (
    <Card>
      <CardHeader
        title={
          <span className="flex items-center gap-3">
            Tracker
            {query.data === undefined ? null : (
              <Badge tone={STATES[query.data.state].tone}>{STATES[query.data.state].label}</Badge>
            )}
          </span>
        }
        description="Counts what passes this server’s network card, for images that do not report countries themselves"
        actions={
          <Button size="sm" asChild>
            <Link href="/settings#countries">Settings</Link>
          </Button>
        }
      />
      <CardBody>
        <LoadingPanel data={query.data} error={query.error} onRetry={() => void query.refetch()}>
          {(tracker) => <Details tracker={tracker} />}
        </LoadingPanel>
      </CardBody>
    </Card>
  );
}

function Details({ tracker }: { tracker: TrackerState }) {
  const facts = factsOf(tracker);
  return (
    <div className="flex flex-col gap-4">
      {tracker.state === 'waiting' && tracker.message !== null ? (
        <Note tone="warn" title={tracker.message}>
          It is tried again by itself.
        </Note>
      ) : null}
      {tracker.geo.error === null ? null : (
        <Note tone="warn" title={tracker.geo.error}>
          The database named below is used instead.
        </Note>
      )}
      <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-4">
        {facts.map(([name, value]) => (
          <div key={name} className="flex min-w-0 flex-col">
            <dt className="text-ink-muted text-sm">{name}</dt>
            <dd className="break-words font-medium">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function factsOf({ state, settings, geo, ...rest }: TrackerState): [name: string, value: string][] {
  const database: [string, string][] = [
    [
      'Database of countries',
      geo.name === null
        ? 'read when the tracker starts'
        : `${geo.name}${geo.builtAt === null ? '' : `, ${new Date(geo.builtAt).toISOString().slice(0, 10)}`}`,
    ],
  ];
  if (state === 'off') return database;
  const watched = rest.windowAt === null ? 'no window has ended yet' : null;
  return [
    ['Interface', rest.interface ?? 'none'],
    ['Counted by', settings.capture === 'kernel' ? 'the kernel (nftables)' : 'tcpdump'],
    [
      'Traffic',
      watched ?? `${formatBitrate(rest.bytesPerSecond)}, ${formatCount(rest.packetsPerSecond)} packets/s`,
    ],
    [
      'Missed packets',
      rest.droppedPackets === 0
        ? 'none'
        : `${formatCount(rest.droppedPackets)} of ${formatCount(rest.packets)}`,
    ],
    ['Processor', rest.cpuPercent === null ? '–' : `${rest.cpuPercent.toFixed(1)} % of a core`],
    ['Window', rest.windowSeconds === 0 ? '–' : `${rest.windowSeconds} s`],
    ...database,
  ];
}

import { ArrowDown, ArrowUp, Server } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { formatBitrate, formatBytes } from '../../lib/format/bytes.ts';
import { formatCount } from '../../lib/format/count.ts';
import { Card } from '../ui/card.tsx';

/** The number this is all about, large, and beside it what carries it. */
export function UsersHero({ snapshot }: { snapshot: Snapshot }) {
  const { users, stations, traffic } = snapshot;
  return (
    <Card className="grid divide-y lg:grid-cols-[minmax(0,1.35fr)_minmax(0,1fr)] lg:divide-x lg:divide-y-0">
      <div className="flex flex-col justify-between gap-6 p-6 sm:p-8">
        <p className="font-medium text-ink-muted">Total users connected</p>
        <p className="flex flex-wrap items-baseline gap-x-5 gap-y-2">
          <span
            data-testid="users-connected"
            className="font-semibold text-[clamp(3.5rem,11vw,6.5rem)] leading-none tracking-tighter"
          >
            {formatCount(users.connected)}
          </span>
          <span className="text-ink-muted text-lg">
            <span className="font-medium text-ink">{formatCount(users.connecting)}</span> connecting
          </span>
        </p>
        <p className="max-w-prose text-ink-muted text-sm">
          People who reach the open internet through this server right now, as the stations themselves report
          them.
        </p>
      </div>
      <dl className="grid grid-cols-1 divide-y sm:grid-cols-3 sm:divide-x sm:divide-y-0 lg:grid-cols-1 lg:divide-x-0 lg:divide-y">
        <Figure
          icon={<Server aria-hidden />}
          name="Stations running"
          value={`${formatCount(stations.running)} of ${formatCount(stations.wanted)}`}
        >
          {stations.running < stations.wanted
            ? `${formatCount(stations.wanted - stations.running)} not running`
            : 'all that are wanted'}
        </Figure>
        <Figure
          icon={<ArrowDown aria-hidden />}
          name="Psiphon → clients"
          value={formatBitrate(traffic.downloadBps)}
        >
          {formatBytes(traffic.downloadedBytes)} since the stations started
        </Figure>
        <Figure
          icon={<ArrowUp aria-hidden />}
          name="Clients → Psiphon"
          value={formatBitrate(traffic.uploadBps)}
        >
          {formatBytes(traffic.uploadedBytes)} since the stations started
        </Figure>
      </dl>
    </Card>
  );
}

function Figure({
  icon,
  name,
  value,
  children,
}: {
  icon: ReactNode;
  name: string;
  value: string;
  children: ReactNode;
}) {
  return (
    <div className="flex flex-col justify-center gap-0.5 px-6 py-4 sm:px-6">
      <dt className="flex items-center gap-2 text-ink-muted text-sm [&_svg]:size-4">
        {icon}
        {name}
      </dt>
      <dd className="font-semibold text-2xl tracking-tight">{value}</dd>
      <dd className="text-ink-faint text-sm">{children}</dd>
    </div>
  );
}

'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, Cable, Zap } from 'lucide-react';
import type { ReactNode } from 'react';
import type { BalancerTraffic } from '../../lib/contract/balancer.ts';
import type { AppError } from '../../lib/contract/errors.ts';
import type { BalancerState } from '../../lib/contract/snapshot.ts';
import { ENGINE_WORDS, formatPerSecond, oldWorkersSentence, portTotals } from '../../lib/format/balancer.ts';
import { formatBitrate, formatBytes } from '../../lib/format/bytes.ts';
import { formatCount, plural } from '../../lib/format/count.ts';
import { Card } from '../ui/card.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';
import { BalancerBadge, BalancerPorts } from './balancer-state.tsx';

/** Some answers late: the agent has something else to do, or is away. */
const STALE_MS = 10_000;

/** Whether it runs, on what it listens, and what passes now. Why it failed is told among the problems above. */
export function BalancerHead({
  balancer,
  traffic,
}: {
  balancer: BalancerState;
  traffic: UseQueryResult<BalancerTraffic, AppError>;
}) {
  const oldWorkers = oldWorkersSentence(balancer.oldWorkers);
  const oldest = Math.min(...(traffic.data?.oldWorkers ?? []).map(({ since }) => since));
  return (
    <Card>
      <div className="flex flex-col gap-4 p-5 sm:p-6">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <BalancerBadge state={balancer.state} />
          <span className="font-medium">{ENGINE_WORDS[balancer.engine].label}</span>
          {balancer.state === 'running' || balancer.state === 'held' ? (
            <span className="text-ink-muted">sends to {plural(balancer.backends, 'station')}</span>
          ) : null}
        </div>
        <p className="max-w-prose text-ink-muted text-sm">{ENGINE_WORDS[balancer.engine].description}</p>
        {balancer.ports.length > 0 ? <BalancerPorts ports={balancer.ports} /> : null}
        {balancer.message && balancer.state !== 'failed' ? (
          <p className="text-ink-muted">{balancer.message}</p>
        ) : null}
        {oldWorkers ? (
          <p className="text-ink-muted">
            {oldWorkers}
            {Number.isFinite(oldest) ? (
              <span className="text-ink-faint">
                {' '}
                The oldest is from <Time at={oldest} />.
              </span>
            ) : null}
          </p>
        ) : null}
      </div>
      {balancer.state === 'off' ? null : <Figures traffic={traffic} />}
    </Card>
  );
}

function Figures({ traffic }: { traffic: UseQueryResult<BalancerTraffic, AppError> }) {
  const { data, error, dataUpdatedAt } = traffic;
  const now = useNow();
  // By the browser's own clock: the server's may differ.
  const stale = data !== undefined && now !== null && now - dataUpdatedAt > STALE_MS;
  // Before anything is counted a zero would be a lie.
  const counted = data !== undefined && data.since !== null ? data : null;
  const absent = data === undefined ? 'being read' : 'not counted';
  const totals = counted === null ? null : portTotals(counted.ports);
  return (
    <>
      <dl className="grid grid-cols-2 border-t *:border-line xl:grid-cols-4 [&>*:nth-child(even)]:border-l [&>*:nth-child(n+3)]:border-t xl:[&>*:nth-child(n+2)]:border-l xl:[&>*:nth-child(n+3)]:border-t-0">
        <Figure
          icon={<Cable aria-hidden />}
          name="Sessions now"
          value={data ? formatCount(data.sessions.tcp + data.sessions.udp) : '–'}
        >
          {data ? `TCP ${formatCount(data.sessions.tcp)}, UDP ${formatCount(data.sessions.udp)}` : absent}
        </Figure>
        <Figure
          icon={<Zap aria-hidden />}
          name="New sessions"
          value={totals ? formatPerSecond(totals.openedPerSecond) : '–'}
        >
          {totals ? 'over the last seconds' : absent}
        </Figure>
        <Figure
          icon={<ArrowUp aria-hidden />}
          name="From clients"
          value={totals ? formatBitrate(totals.bytesInPerSecond) : '–'}
        >
          {totals ? `${formatBytes(totals.bytesIn)} in all` : absent}
        </Figure>
        <Figure
          icon={<ArrowDown aria-hidden />}
          name="To clients"
          value={totals ? formatBitrate(totals.bytesOutPerSecond) : '–'}
        >
          {totals ? `${formatBytes(totals.bytesOut)} in all` : absent}
        </Figure>
      </dl>
      {stale ? (
        <p role="status" className="border-t px-5 py-3 text-sm text-warn sm:px-6">
          These figures are from <Time at={dataUpdatedAt} show="absolute" />. Newer ones have not come
          {error ? `: ${error.message}` : '.'}
        </p>
      ) : null}
    </>
  );
}

function Figure(props: { icon: ReactNode; name: string; value: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-0.5 p-5 sm:px-6">
      <dt className="flex items-center gap-2 text-ink-muted text-sm [&_svg]:size-4">
        {props.icon}
        {props.name}
      </dt>
      <dd className="font-semibold text-2xl tracking-tight">{props.value}</dd>
      <dd className="text-ink-faint text-sm">{props.children}</dd>
    </div>
  );
}

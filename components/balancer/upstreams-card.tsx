'use client';

import type { BalancerTraffic } from '../../lib/contract/balancer.ts';
import { sessionSpread, spreadSentence } from '../../lib/format/balancer.ts';
import { plural } from '../../lib/format/count.ts';
import { Card, CardHeader } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { UpstreamItem } from './upstream-item.tsx';
import { UpstreamsTable } from './upstreams-table.tsx';

/** Of more than this the browser lays out only those in sight. */
const MANY = 60;
const SKIP_UNSEEN = '*:[contain-intrinsic-size:auto_7rem] *:[content-visibility:auto]';

/** Every station behind the balancer: whether it gets new sessions, what it holds, what passes. */
export function UpstreamsCard({ traffic }: { traffic: BalancerTraffic }) {
  const { stations } = traffic;
  if (stations.length === 0) return null;
  const getting = stations.filter(({ rotation }) => rotation === 'in').length;
  return (
    <Card id="upstreams" className="scroll-mt-20 overflow-clip">
      <CardHeader
        title="Stations behind the balancer"
        description={`${getting} of ${plural(stations.length, 'station')} get new sessions. Open now: ${spreadSentence(sessionSpread(stations))}`}
        className="pb-4"
      />
      <div className="hidden border-t md:block">
        <UpstreamsTable stations={stations} />
      </div>
      <ul className={cn('divide-y border-t md:hidden', stations.length > MANY && SKIP_UNSEEN)}>
        {stations.map((station) => (
          <UpstreamItem key={station.index} station={station} />
        ))}
      </ul>
    </Card>
  );
}

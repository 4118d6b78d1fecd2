import { Info } from 'lucide-react';
import Link from 'next/link';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { oldWorkersSentence } from '../../lib/format/balancer.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { plural } from '../../lib/format/count.ts';
import { BalancerBadge, BalancerPorts } from '../balancer/balancer-state.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Progress } from '../ui/progress.tsx';
import { Tooltip } from '../ui/tooltip.tsx';

/** The server under it all: how busy it is, and what its balancer listens on. */
export function ServerCard({ snapshot }: { snapshot: Snapshot }) {
  const { host } = snapshot;
  return (
    <Card>
      <CardHeader title="Server" description={plural(host.cores, 'CPU')} />
      <CardBody className="flex flex-col gap-6">
        <div className="grid gap-4 sm:grid-cols-3 xl:grid-cols-1">
          <Meter
            name="CPU"
            share={host.cpuPercent === null ? null : host.cpuPercent / 100}
            text={host.cpuPercent === null ? 'measuring' : `${Math.round(host.cpuPercent)} %`}
          />
          <Meter
            name="Memory"
            share={host.memoryUsedBytes / host.memoryTotalBytes}
            text={`${formatBytes(host.memoryUsedBytes)} of ${formatBytes(host.memoryTotalBytes)}`}
          />
          {host.diskFreeBytes !== null && host.diskTotalBytes !== null ? (
            <Meter
              name="Disk"
              share={1 - host.diskFreeBytes / host.diskTotalBytes}
              text={`${formatBytes(host.diskFreeBytes)} free`}
            />
          ) : null}
        </div>
        <Balancer balancer={snapshot.balancer} />
      </CardBody>
    </Card>
  );
}

function Meter({ name, share, text }: { name: string; share: number | null; text: string }) {
  const tone = share === null || share < 0.8 ? 'accent' : share < 0.93 ? 'warn' : 'critical';
  return (
    <div className="flex flex-col gap-1.5">
      <p className="flex justify-between gap-3 text-sm">
        <span className="text-ink-muted">{name}</span>
        <span className="font-medium">{text}</span>
      </p>
      <Progress value={(share ?? 0) * 100} max={100} label={name} tone={tone} />
    </div>
  );
}

function Balancer({ balancer }: { balancer: Snapshot['balancer'] }) {
  const oldWorkers = oldWorkersSentence(balancer.oldWorkers);
  return (
    <div className="flex flex-col gap-2 border-t pt-5">
      <div className="flex items-center justify-between gap-3">
        <h3 className="flex items-center gap-1.5 font-medium">
          <Link href="/balancer" className="rounded underline-offset-4 hover:underline">
            Balancer
          </Link>
          <Tooltip content="The balancer carries what arrives on these ports. Today's stations meet most clients over WebRTC, on ports agreed for each session, so their users can be many while little passes here.">
            <button
              type="button"
              aria-label="What the balancer carries"
              className="rounded text-ink-faint hover:text-ink"
            >
              <Info className="size-4" aria-hidden />
            </button>
          </Tooltip>
        </h3>
        <BalancerBadge state={balancer.state} />
      </div>
      {balancer.message ? <p className="text-ink-muted text-sm">{balancer.message}</p> : null}
      {balancer.ports.length > 0 ? <BalancerPorts ports={balancer.ports} /> : null}
      {balancer.state === 'running' || balancer.state === 'held' ? (
        <p className="text-ink-faint text-sm">sends to {plural(balancer.backends, 'station')}</p>
      ) : null}
      {oldWorkers ? <p className="text-ink-faint text-sm">{oldWorkers}</p> : null}
    </div>
  );
}

import { CircleCheck, CircleX, Info } from 'lucide-react';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { plural } from '../../lib/format/count.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Progress } from '../ui/progress.tsx';
import { Tooltip } from '../ui/tooltip.tsx';

const BALANCER: Record<Snapshot['balancer']['state'], { label: string; tone: Tone }> = {
  running: { label: 'Running', tone: 'ok' },
  stopped: { label: 'Stopped', tone: 'critical' },
  failed: { label: 'Failed', tone: 'critical' },
  off: { label: 'Not in use', tone: 'neutral' },
};

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
  const { label, tone } = BALANCER[balancer.state];
  return (
    <div className="flex flex-col gap-2 border-t pt-5">
      <div className="flex items-center justify-between gap-3">
        <h3 className="flex items-center gap-1.5 font-medium">
          Balancer
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
        <Badge tone={tone}>{label}</Badge>
      </div>
      {balancer.message ? <p className="text-ink-muted text-sm">{balancer.message}</p> : null}
      {balancer.ports.length > 0 ? (
        <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm" aria-label="Ports the balancer listens on">
          {balancer.ports.map(({ port, protocol, listening }) => (
            <li key={`${protocol}-${port}`} className="inline-flex items-center gap-1.5">
              {listening ? (
                <CircleCheck className="size-3.5 text-ok" aria-label="listens" />
              ) : (
                <CircleX className="size-3.5 text-critical" aria-label="does not listen" />
              )}
              {port}/{protocol}
            </li>
          ))}
        </ul>
      ) : null}
      {balancer.state === 'running' ? (
        <p className="text-ink-faint text-sm">sends to {plural(balancer.backends, 'station')}</p>
      ) : null}
    </div>
  );
}

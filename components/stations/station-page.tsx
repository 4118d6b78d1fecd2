'use client';

import { ArrowLeft } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { StationDetail } from '../../lib/contract/fleet.ts';
import type { StationSnapshot } from '../../lib/contract/snapshot.ts';
import { INGRESS_WORDS } from '../../lib/format/balancer.ts';
import { formatBitrate, formatBytes } from '../../lib/format/bytes.ts';
import { formatCount } from '../../lib/format/count.ts';
import { RotationBadge } from '../balancer/balancer-state.tsx';
import { HistoryCharts } from '../charts/history-charts.tsx';
import { useCall } from '../data/use-call.ts';
import { useLive } from '../live/use-snapshot.tsx';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { Note } from '../ui/note.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { Time } from '../ui/time.tsx';
import { StationActionButtons, type StationActions } from './station-actions.tsx';
import { type ApplyFleet, StationLimits } from './station-limits.tsx';
import { StationLog } from './station-log.tsx';
import { STATION_STATES } from './station-words.ts';

const KEY_STATES: Record<StationDetail['keyState'], { label: string; tone: Tone }> = {
  sound: { label: 'Sound', tone: 'ok' },
  absent: { label: 'Not made yet', tone: 'neutral' },
  missing: { label: 'Missing', tone: 'critical' },
  empty: { label: 'Empty', tone: 'critical' },
  invalid: { label: 'Damaged', tone: 'critical' },
  changed: { label: 'Changed', tone: 'critical' },
  unknown: { label: 'Not readable', tone: 'warn' },
};

/** One station: what it does, who it is, what it may use, and what it writes. */
export function StationPage({
  index,
  actions,
  applyFleet,
}: {
  index: number;
  actions: StationActions;
  applyFleet: ApplyFleet;
}) {
  const { snapshot } = useLive();
  const station = snapshot?.stationList.find((candidate) => candidate.index === index) ?? null;
  const detail = useCall('station.get', { station: index }, { pollMs: 10_000 });
  const fleet = useCall('fleet.get', {});
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-col gap-3">
        <Link
          href="/stations"
          className="inline-flex items-center gap-1.5 self-start rounded text-ink-muted text-sm hover:text-ink"
        >
          <ArrowLeft className="size-4" aria-hidden />
          All stations
        </Link>
        <PageHeader
          title={station?.name ?? `Station ${index}`}
          actions={station ? <StationActionButtons stations={[station]} actions={actions} /> : null}
        />
        {station ? <StateLine station={station} /> : null}
      </div>
      {station ? <Figures station={station} /> : null}
      <HistoryCharts of={{ station: index }} />
      <LoadingPanel data={detail.data} error={detail.error} onRetry={() => void detail.refetch()}>
        {(data) => (
          <>
            {data.notes.length > 0 ? (
              <Note tone="accent" title="Worth knowing" className="mb-6">
                {data.notes.map((text) => (
                  <p key={text}>{text}</p>
                ))}
              </Note>
            ) : null}
            <div className="grid gap-6 xl:grid-cols-2">
              <Identity detail={data} station={station} />
              {fleet.data ? (
                <StationLimits
                  detail={data}
                  fleet={fleet.data.settings}
                  applyFleet={applyFleet}
                  onApplied={() => void detail.refetch()}
                />
              ) : null}
            </div>
          </>
        )}
      </LoadingPanel>
      <StationLog station={index} />
    </div>
  );
}

function StateLine({ station }: { station: StationSnapshot }) {
  const { label, tone, icon } = STATION_STATES[station.state];
  return (
    <p className="flex flex-wrap items-center gap-3">
      <Badge tone={tone} icon={icon}>
        {label}
      </Badge>
      <span className="inline-flex items-center gap-1.5 text-ink-muted text-sm">
        Balancer
        <RotationBadge rotation={station.rotation} />
      </span>
      {station.startedAt !== null ? (
        <span className="text-ink-muted text-sm">
          started <Time at={station.startedAt} />
        </span>
      ) : null}
      {station.reason ? <span className="text-ink-muted">{station.reason}</span> : null}
    </p>
  );
}

function Figures({ station }: { station: StationSnapshot }) {
  const figures: [string, string, string][] = [
    [
      'Users',
      formatCount(station.connected),
      `${formatCount(station.connecting)} connecting, at most ${formatCount(station.maxClients)}`,
    ],
    [
      'Psiphon → clients',
      formatBitrate(station.downloadBps),
      `${formatBytes(station.downloadedBytes)} since it started`,
    ],
    [
      'Clients → Psiphon',
      formatBitrate(station.uploadBps),
      `${formatBytes(station.uploadedBytes)} since it started`,
    ],
    ['CPU', station.cpuPercent === null ? '–' : `${station.cpuPercent.toFixed(1)} %`, 'of one CPU'],
    [
      'Memory',
      station.memoryBytes === null ? '–' : formatBytes(station.memoryBytes),
      station.memoryLimitBytes === null ? 'no limit' : `of ${formatBytes(station.memoryLimitBytes)}`,
    ],
  ];
  return (
    <Card>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-5 p-6 sm:grid-cols-3 xl:grid-cols-5">
        {figures.map(([name, value, note]) => (
          <div key={name} className="flex flex-col">
            <dt className="text-ink-muted text-sm">{name}</dt>
            <dd className="font-semibold text-2xl tracking-tight">{value}</dd>
            <dd className="text-ink-faint text-sm">{note}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Identity({ detail, station }: { detail: StationDetail; station: StationSnapshot | null }) {
  const key = KEY_STATES[detail.keyState];
  return (
    <Card>
      <CardHeader
        title="Identity"
        description="The key carries the reputation the station earned; it is never touched."
      />
      <CardBody>
        <dl className="flex flex-col gap-3">
          <Row name="Key">
            <Badge tone={key.tone}>{key.label}</Badge>
          </Row>
          <Row name="Proxy ID">
            {detail.proxyId === null ? (
              '–'
            ) : (
              <code className="break-all font-mono text-sm">{detail.proxyId}</code>
            )}
          </Row>
          <Row name="Volume">{detail.volume}</Row>
          <Row name="Image">
            <span className="break-all">{detail.image}</span>
          </Row>
          <Row name="Dialect">{detail.dialect ?? 'not asked yet'}</Row>
          <Row name="Container">
            {detail.containerId === null ? (
              'none'
            ) : (
              <code className="font-mono text-sm">{detail.containerId.slice(0, 12)}</code>
            )}
          </Row>
          {station ? <Row name="Ingress">{INGRESS_WORDS[station.ingress]}</Row> : null}
          <Row name="For diagnosis">
            {station?.loopbackPort == null ? 'not published' : `127.0.0.1:${station.loopbackPort}`}
          </Row>
          <Row name="Command">
            <code className="break-words font-mono text-sm">{detail.command.join(' ') || '–'}</code>
          </Row>
        </dl>
      </CardBody>
    </Card>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[8rem_minmax(0,1fr)] gap-3">
      <dt className="text-ink-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

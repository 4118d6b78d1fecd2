import type { ReactNode } from 'react';
import type { MigrationReport } from '../../lib/contract/migration.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { formatCount, plural } from '../../lib/format/count.ts';
import { stationWords } from '../../lib/format/migration.ts';
import { Badge } from '../ui/badge.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Note } from '../ui/note.tsx';

/** The older manager's stations, volumes, settings and what its tracker counted. */
export function FoundCard({ report }: { report: MigrationReport }) {
  const { stations, orphans, settings, traffic } = report;
  return (
    <Card aria-label="What was found">
      <CardHeader title="What was found" description={report.manager ?? undefined} />
      <CardBody className="flex flex-col gap-6">
        {stations.length > 0 ? (
          <Part title={plural(stations.length, 'station')}>
            <ul className="grid gap-x-8 gap-y-4 lg:grid-cols-2">
              {stations.map((one) => (
                <li key={one.name} className="flex min-w-0 flex-col gap-0.5">
                  <span className="flex flex-wrap items-center gap-2">
                    <span className="font-medium">{one.name}</span>
                    <Badge tone={one.running ? 'ok' : 'neutral'}>{one.running ? 'runs' : 'stopped'}</Badge>
                    {one.obstacle === null ? null : <Badge tone="warn">stays as it is</Badge>}
                  </span>
                  <span className="first-letter:uppercase">{stationWords(one)}</span>
                  <Fine>
                    {one.proxyId === null ? 'No sound key' : `Proxy ID ${one.proxyId}`}
                    {one.volume === null ? '' : `, volume ${one.volume}`}
                  </Fine>
                  <Fine>{one.image}</Fine>
                </li>
              ))}
            </ul>
          </Part>
        ) : null}
        {orphans.length > 0 ? (
          <Part title={`${plural(orphans.length, 'volume')} without a container`}>
            <ul className="grid gap-x-8 gap-y-3 lg:grid-cols-2">
              {orphans.map(({ volume, station, proxyId, obstacle }) => (
                <li key={volume} className="flex min-w-0 flex-col gap-0.5">
                  <span className="font-medium">{volume}</span>
                  <span>
                    {obstacle === null
                      ? `For station ${station}, if there are so many`
                      : `Left alone: ${obstacle}`}
                  </span>
                  {proxyId === null ? null : <Fine>Proxy ID {proxyId}</Fine>}
                </li>
              ))}
            </ul>
          </Part>
        ) : null}
        {settings === null ? null : (
          <Part title="Settings">
            <p className="break-words">{settingsWords(settings)}</p>
            <Fine>{settings.path}: read, never run</Fine>
          </Part>
        )}
        {traffic === null ? null : <Traffic traffic={traffic} />}
      </CardBody>
    </Card>
  );
}

function Traffic({ traffic }: { traffic: NonNullable<MigrationReport['traffic']> }) {
  const { countries, uploadedBytes, downloadedBytes, months, samples, damagedLines, addressFiles } = traffic;
  const bytes = `${formatBytes(uploadedBytes)} from clients and ${formatBytes(downloadedBytes)} to them`;
  return (
    <Part title="What its tracker counted">
      <p>
        {plural(countries, 'country', 'countries')}, {bytes}; {plural(months.length, 'month')} and{' '}
        {plural(samples, 'moment')} in detail. An estimate, shown as a source of its own and never added to
        what is measured here.
      </p>
      {damagedLines > 0 ? <p>{plural(damagedLines, 'line')} cannot be read and will be left out.</p> : null}
      {addressFiles.length > 0 ? (
        <Note tone="warn" title="It kept addresses of clients">
          <p>Nothing of their content is copied. They were counted only.</p>
          <ul className="mt-1 flex flex-col gap-0.5">
            {addressFiles.map(({ path, lines }) => (
              <li key={path} className="break-all text-sm">
                {path}: {formatCount(lines)} {lines === 1 ? 'line' : 'lines'}
              </li>
            ))}
          </ul>
        </Note>
      ) : null}
    </Part>
  );
}

function settingsWords({
  fleet,
  overrides,
  dataCapGb,
  telegram,
}: NonNullable<MigrationReport['settings']>): string {
  const { maxClients, bandwidthMbps, cpus, memoryMb } = fleet;
  const own = Object.keys(overrides).length;
  const words = [
    maxClients === undefined ? null : `${maxClients} clients`,
    bandwidthMbps === undefined
      ? null
      : bandwidthMbps === -1
        ? 'no limit of speed'
        : `${bandwidthMbps} Mbit/s for each client`,
    cpus == null ? null : `${cpus} CPUs`,
    memoryMb == null ? null : `${memoryMb} MB`,
  ].filter((word) => word !== null);
  const rest = [
    own > 0 ? `limits of their own for ${plural(own, 'station')}` : null,
    dataCapGb === null ? null : `a data cap of ${dataCapGb} GB`,
    telegram ? 'messages by Telegram' : null,
  ].filter((word) => word !== null);
  return [words.length > 0 ? `Each station: ${words.join(', ')}` : null, ...rest]
    .filter((word) => word !== null)
    .join('; ');
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-3">
      <h3 className="font-medium text-ink-muted text-sm">{title}</h3>
      {children}
    </section>
  );
}

function Fine({ children }: { children: ReactNode }) {
  return <span className="break-all text-ink-muted text-sm">{children}</span>;
}

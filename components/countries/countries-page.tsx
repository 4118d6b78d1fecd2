'use client';

import { EyeOff, Globe, Search } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import type { CountriesReport, CountrySource } from '../../lib/contract/countries.ts';
import { formatBitrate, formatBytes } from '../../lib/format/bytes.ts';
import { formatCount, plural } from '../../lib/format/count.ts';
import { useCall } from '../data/use-call.ts';
import { useUrlParams } from '../data/use-url-params.ts';
import { type Range, rangeBounds, rangeWords, readRange, writeRange } from '../history/range.ts';
import { RangePicker } from '../history/range-picker.tsx';
import { useZone } from '../history/zone-picker.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { SearchInput } from '../ui/search-input.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { CountriesTable, type CountryView } from './countries-table.tsx';
import { CountrySheet } from './country-sheet.tsx';
import {
  formatUsers,
  type Measure,
  measureLabel,
  measuresOf,
  SOURCES,
  viewCountries,
} from './country-words.ts';
import { SourceSwitch } from './source-switch.tsx';
import { TrackerCard } from './tracker-card.tsx';
import { WorldMap } from './world-map.tsx';

const POLL_MS = 4000;

/** Whom the fleet serves: on the map and in a table, now and over any range, by one source at a time. */
export function CountriesPage() {
  const [params, setParams] = useUrlParams();
  const [zone] = useZone();
  const now = useNow();
  const isRange = params.has('range') || params.has('from');
  const range: Range | null = isRange ? readRange(params, '24h') : null;
  const asked = (params.get('source') ?? undefined) as CountrySource | undefined;
  const bounds = range === null || now === null ? null : rangeBounds(range, now);
  const query = useCall(
    'countries.get',
    { ...(asked !== undefined && asked in SOURCES ? { source: asked } : {}), ...(bounds ?? {}) },
    {
      pollMs: range === null ? POLL_MS : 60_000,
      keepPrevious: true,
      enabled: range === null || bounds !== null,
    },
  );
  const setRange = (next: Range | null) =>
    setParams((edit) => {
      if (next === null) for (const key of ['range', 'from', 'to']) edit.delete(key);
      else writeRange(edit, next);
    });
  return (
    <div className="flex flex-col gap-6">
      <PageHeader
        title="Countries"
        description={`Where the people you help are, ${range === null ? 'now' : `in ${rangeWords(range)}`}.`}
        actions={
          query.data?.source === 'legacy' ? null : (
            <RangePicker
              range={range}
              onChange={setRange}
              zone={zone}
              first={{ label: 'Now', onChoose: () => setRange(null) }}
              names={['24h', '7d', '30d', '1y']}
            />
          )
        }
      />
      <LoadingPanel
        data={query.data}
        error={query.error}
        onRetry={() => void query.refetch()}
        skeleton={<Skeleton className="h-96 w-full rounded-2xl" />}
      >
        {(report) => (
          <Countries
            report={report}
            range={range}
            onSource={(source) => setParams((edit) => edit.set('source', source))}
          />
        )}
      </LoadingPanel>
    </div>
  );
}

function Countries({
  report,
  range,
  onSource,
}: {
  report: CountriesReport;
  range: Range | null;
  onSource: (source: CountrySource) => void;
}) {
  const [wanted, setMeasure] = useState<Measure>('users');
  const [view, setView] = useState<CountryView>({ search: '', sort: 'users', descending: true });
  const [open, setOpen] = useState<string | null>(null);
  const search = useDeferredValue(view.search);
  const measures = measuresOf(report.source);
  const measure = measures.includes(wanted) ? wanted : (measures[0] ?? 'traffic');
  const rows = useMemo(
    () =>
      viewCountries(report.rows, {
        ...view,
        search,
        sort: report.source === 'legacy' && view.sort === 'users' ? 'traffic' : view.sort,
      }),
    [report, view, search],
  );
  const choose = report.source === 'legacy' ? () => undefined : setOpen;
  return (
    <>
      <SourceSwitch report={report} onChange={onSource} />
      <Card>
        <CardHeader
          title={headline(report)}
          description={subline(report)}
          actions={
            measures.length > 1 ? (
              <Segmented<Measure>
                label="Shade the map by"
                value={measure}
                onValueChange={setMeasure}
                options={measures.map((value) => ({ value, label: measureLabel(value, report.source) }))}
              />
            ) : null
          }
        />
        <CardBody>
          <WorldMap rows={report.rows} source={report.source} measure={measure} onChoose={choose} />
        </CardBody>
      </Card>
      <Card className="overflow-clip">
        {report.rows.length === 0 ? (
          <EmptyState icon={Globe} title={range === null ? 'Nobody yet' : 'Nothing recorded in this time'}>
            Countries appear as soon as people connect.
          </EmptyState>
        ) : (
          <>
            <SearchInput
              label="Find a country"
              className="m-4 sm:max-w-72"
              value={view.search}
              onChange={(text) => setView({ ...view, search: text })}
            />
            {rows.length === 0 ? (
              <EmptyState
                icon={Search}
                title="No country fits"
                action={<Button onClick={() => setView({ ...view, search: '' })}>Show all</Button>}
              >
                None here has that name.
              </EmptyState>
            ) : (
              <CountriesTable
                report={report}
                rows={rows}
                view={view}
                onViewChange={setView}
                onChoose={choose}
              />
            )}
          </>
        )}
      </Card>
      <TrackerCard />
      <p className="flex items-start gap-2 text-ink-muted text-sm">
        <EyeOff className="mt-0.5 size-4 shrink-0" aria-hidden />
        <span>
          No address of a client is stored, logged or shown. What is kept are sums by country
          {report.foldBelow > 0
            ? `; countries with fewer than ${report.foldBelow} clients are not named`
            : ''}
          .
        </span>
      </p>
      {open === null ? null : (
        <CountrySheet code={open} source={report.source} range={range} onClose={() => setOpen(null)} />
      )}
    </>
  );
}

function headline({ source, rows, total, from }: CountriesReport): string {
  const here = rows.filter(({ code, connected }) => code.length === 2 && (from !== null || connected !== 0));
  const countries = plural(here.length, 'country', 'countries');
  if (source === 'legacy') return `${formatBytes(total.uploadedBytes + total.downloadedBytes)}, ${countries}`;
  const who = source === 'tracker' ? 'active addresses' : 'users';
  const average = from === null ? '' : ' on average';
  return `${formatUsers(total.connected ?? 0)} ${who}${average}, ${countries}`;
}

function subline({ source, total, from }: CountriesReport): string {
  if (source === 'legacy') return SOURCES.legacy.words;
  const clients =
    total.clients === null || source !== 'tracker'
      ? ''
      : `; about ${formatCount(total.clients)} different clients ${from === null ? 'today' : 'on the busiest day'}`;
  if (from === null)
    return `${formatBitrate(total.uploadBps)} in, ${formatBitrate(total.downloadBps)} out; ${formatBytes(total.uploadedBytes + total.downloadedBytes)} today (UTC)${clients}`;
  return `${formatBytes(total.uploadedBytes)} in, ${formatBytes(total.downloadedBytes)} out${clients}`;
}

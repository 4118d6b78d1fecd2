'use client';

import { Download } from 'lucide-react';
import { useMemo } from 'react';
import { FILE_POINTS, type HistorySeries } from '../../lib/contract/history.ts';
import { formatCount } from '../../lib/format/count.ts';
import { useCall } from '../data/use-call.ts';
import { useUrlParams } from '../data/use-url-params.ts';
import { Button } from '../ui/button.tsx';
import { Card, CardBody } from '../ui/card.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Switch } from '../ui/switch.tsx';
import { useNow } from '../ui/use-now.ts';
import { HistoryChart } from './history-chart.tsx';
import {
  type By,
  bytesWords,
  differenceWords,
  type Measure,
  MOST_POINTS,
  periodBefore,
  readView,
  type Sums,
  sumUp,
  usersWords,
  type View,
} from './history-view.ts';
import { LegacyCard } from './legacy-card.tsx';
import { type Range, rangeBounds, rangeWords, readRange, writeRange } from './range.ts';
import { RangePicker } from './range-picker.tsx';
import { StationsChart } from './stations-chart.tsx';
import { useZone, ZonePicker } from './zone-picker.tsx';

/** Users, traffic and stations over any range: in all, or by country or station on each other. */
export function HistoryPage() {
  const [params, setParams] = useUrlParams();
  const [zone, setZone] = useZone();
  const now = useNow();
  const view = readView(params);
  const range = readRange(params, '24h');
  const { from, to } = rangeBounds(range, now ?? 0);
  const bounds = useMemo(() => ({ from, to }), [from, to]);
  const asked = { enabled: now !== null, keepPrevious: true };
  const source = view.by === 'country' && view.source === 'tracker' ? { source: view.source } : {};
  const total = useCall('history.query', { ...bounds, maxPoints: MOST_POINTS, ...source }, asked);
  const isCompared = now !== null && view.compare && from > 0;
  const before = useCall(
    'history.query',
    { ...periodBefore(bounds), maxPoints: MOST_POINTS, ...source },
    { ...asked, enabled: isCompared },
  );
  const set = (key: string, value: string) => setParams((edit) => edit.set(key, value));
  const setRange = (next: Range) => setParams((edit) => writeRange(edit, next));
  const earlier = view.compare ? before.data : undefined;
  const nowMs = now ?? to;
  return (
    <div className="flex flex-col gap-6">
      <PageHeader
        title="History"
        description={`Users, traffic and stations in ${rangeWords(range)}.`}
        actions={<RangePicker range={range} onChange={setRange} zone={zone} />}
      />
      <Card>
        <CardBody className="flex flex-wrap items-center gap-x-6 gap-y-3">
          <Segmented<Measure>
            label="What is drawn"
            value={view.measure}
            onValueChange={(measure) => set('measure', measure)}
            options={[
              { value: 'users', label: 'Users' },
              { value: 'traffic', label: 'Traffic' },
            ]}
          />
          <Segmented<By>
            label="How it is divided"
            value={view.by}
            onValueChange={(by) => set('by', by)}
            options={[
              { value: 'total', label: 'Total' },
              { value: 'country', label: 'By country' },
              { value: 'station', label: 'By station' },
            ]}
          />
          {view.by === 'country' ? (
            <Segmented<View['source']>
              label="Whose figures on countries"
              value={view.source}
              onValueChange={(value) => set('source', value)}
              options={[
                { value: 'stations', label: 'By stations' },
                { value: 'tracker', label: 'By the tracker' },
              ]}
            />
          ) : null}
          {/* biome-ignore lint/a11y/noLabelWithoutControl: the switch inside is the control */}
          <label className="flex items-center gap-2">
            <Switch checked={view.compare} onCheckedChange={(on) => set('compare', on ? '1' : '0')} />
            Compare with the period before
          </label>
          <ZonePicker zone={zone} onChange={setZone} />
        </CardBody>
      </Card>
      <Figures total={total.data} before={earlier} bounds={bounds} nowMs={nowMs} />
      <HistoryChart
        view={view}
        bounds={bounds}
        range={range}
        total={total}
        before={earlier}
        zone={zone}
        nowMs={nowMs}
        onRange={setRange}
      />
      <StationsChart query={total} bounds={bounds} zone={zone} words={rangeWords(range)} />
      <Exports view={view} bounds={bounds} />
      <LegacyCard zone={zone} />
    </div>
  );
}

function Figures({
  total,
  before,
  bounds,
  nowMs,
}: {
  total: HistorySeries | undefined;
  before: HistorySeries | undefined;
  bounds: { from: number; to: number };
  nowMs: number;
}) {
  if (total === undefined) return null;
  const sums = sumUp(total, nowMs, bounds);
  const earlier = before === undefined ? null : sumUp(before, nowMs, periodBefore(bounds));
  const bytes = (one: Sums) => one.uploadedBytes + one.downloadedBytes;
  const facts: [string, string, string | null][] = [
    ['Users on average', usersWords(sums.users), earlier && differenceWords(sums.users, earlier.users)],
    ['Users at most', usersWords(sums.most), earlier && differenceWords(sums.most, earlier.most)],
    ['Traffic', bytesWords(sums), earlier && differenceWords(bytes(sums), bytes(earlier))],
    ['Stations on average', usersWords(sums.stations), null],
  ];
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      {facts.map(([name, value, difference]) => (
        <div key={name} className="flex flex-col gap-0.5 rounded-xl border bg-surface px-4 py-3">
          <dt className="text-ink-muted text-sm">{name}</dt>
          <dd className="font-semibold text-lg tracking-tight">{value}</dd>
          {difference === null ? null : <dd className="text-ink-muted text-sm">{difference}</dd>}
        </div>
      ))}
    </dl>
  );
}

/** The same range as a file, in points that are as narrow as its limit allows. */
function Exports({ view, bounds }: { view: View; bounds: { from: number; to: number } }) {
  const link = (format: string) =>
    `/api/history/export?${new URLSearchParams({
      format,
      by: view.by,
      source: view.source,
      from: String(bounds.from),
      to: String(bounds.to),
    })}`;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <span className="text-ink-muted text-sm">
        Download this range, at most {formatCount(FILE_POINTS)} points of each line:
      </span>
      {['csv', 'json'].map((format) => (
        <Button key={format} size="sm" asChild>
          <a href={link(format)} download>
            <Download aria-hidden />
            {format.toUpperCase()}
          </a>
        </Button>
      ))}
    </div>
  );
}

'use client';

import Link from 'next/link';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { formatCount, formatShare } from '../../lib/format/count.ts';
import { countryName } from '../../lib/format/country.ts';
import { Flag } from '../countries/flag.tsx';
import { useCall } from '../data/use-call.ts';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Progress } from '../ui/progress.tsx';

const MOST = 8;
const POLL_MS = 10_000;

interface Row {
  code: string;
  connected: number;
  bytes: number;
}

/** Where the users of this moment are, most first: as the stations say, or else the tracker. */
export function CountryList({ countries }: { countries: Snapshot['countries'] }) {
  const reported = countries.some(({ connected }) => connected > 0);
  const tracked = useCall('countries.get', { source: 'tracker' }, { enabled: !reported, pollMs: POLL_MS });
  const rows: Row[] = reported
    ? countries.map((country) => ({
        code: country.code,
        connected: country.connected,
        bytes: country.uploadedBytes + country.downloadedBytes,
      }))
    : (tracked.data?.rows ?? []).map((row) => ({
        code: row.code,
        connected: row.connected ?? 0,
        bytes: row.uploadedBytes + row.downloadedBytes,
      }));
  const shown = rows.filter(({ connected }) => connected > 0).slice(0, MOST);
  if (shown.length === 0) return null;
  const total = rows.reduce((sum, { connected }) => sum + connected, 0);
  const most = Math.max(1, ...shown.map(({ connected }) => connected));
  return (
    <Card>
      <CardHeader
        title="Countries"
        description={
          reported
            ? 'As the stations report them; no address is seen or kept'
            : 'Active addresses, as the tracker counts them; none is kept'
        }
        actions={
          <Link href="/countries" className="text-accent-text text-sm underline-offset-4 hover:underline">
            All
          </Link>
        }
      />
      <CardBody>
        <ol className="flex flex-col gap-3">
          {shown.map(({ code, connected, bytes }) => (
            <li key={code} className="grid grid-cols-[1.5rem_minmax(0,1fr)_auto] items-center gap-x-3">
              <Flag code={code} />
              <span className="truncate">{countryName(code)}</span>
              <span className="text-right">
                <span className="font-medium">{formatCount(connected)}</span>
                <span className="ml-2 inline-block w-12 text-ink-faint text-sm">
                  {formatShare(total === 0 ? 0 : connected / total)}
                </span>
              </span>
              <span className="col-span-2 col-start-2 flex items-center gap-3">
                <Progress
                  value={connected}
                  max={most}
                  label={`Users from ${countryName(code)}`}
                  className="h-1"
                />
                <span className="w-20 shrink-0 text-right text-ink-faint text-xs">{formatBytes(bytes)}</span>
              </span>
            </li>
          ))}
        </ol>
      </CardBody>
    </Card>
  );
}

import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { formatCount, formatShare } from '../../lib/format/count.ts';
import { countryName } from '../../lib/format/country.ts';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Progress } from '../ui/progress.tsx';

const MOST = 8;

/** Where the users of this moment are, most first. */
export function CountryList({ countries }: { countries: Snapshot['countries'] }) {
  const sorted = countries.toSorted((a, b) => b.connected - a.connected).slice(0, MOST);
  const total = countries.reduce((sum, country) => sum + country.connected, 0);
  return (
    <Card>
      <CardHeader title="Countries" description="As the stations report them; no address is seen or kept" />
      <CardBody>
        <ol className="flex flex-col gap-3">
          {sorted.map((country) => (
            <li
              key={country.code}
              className="grid grid-cols-[1.75rem_minmax(0,1fr)_auto] items-center gap-x-3"
            >
              <span
                aria-hidden
                className="rounded bg-sunken py-0.5 text-center font-medium font-mono text-ink-muted text-xs"
              >
                {country.code}
              </span>
              <span className="truncate">{countryName(country.code)}</span>
              <span className="text-right">
                <span className="font-medium">{formatCount(country.connected)}</span>
                <span className="ml-2 inline-block w-12 text-ink-faint text-sm">
                  {formatShare(total === 0 ? 0 : country.connected / total)}
                </span>
              </span>
              <span className="col-span-2 col-start-2 flex items-center gap-3">
                <Progress
                  value={country.connected}
                  max={Math.max(1, sorted[0]?.connected ?? 1)}
                  label={`Users from ${countryName(country.code)}`}
                  className="h-1"
                />
                <span className="w-20 shrink-0 text-right text-ink-faint text-xs">
                  {formatBytes(country.uploadedBytes + country.downloadedBytes)}
                </span>
              </span>
            </li>
          ))}
        </ol>
      </CardBody>
    </Card>
  );
}

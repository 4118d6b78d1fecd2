'use client';

import type { CountrySource } from '../../lib/contract/countries.ts';
import { countryName } from '../../lib/format/country.ts';
import { HistoryCharts } from '../charts/history-charts.tsx';
import type { Range } from '../history/range.ts';
import { Dialog, DialogContent } from '../ui/dialog.tsx';
import { SOURCES } from './country-words.ts';
import { Flag } from './flag.tsx';

/** One country over time, from the side. */
export function CountrySheet({
  code,
  source,
  range,
  onClose,
}: {
  code: string;
  source: CountrySource;
  range: Range | null;
  onClose: () => void;
}) {
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent
        layout="sheet"
        className="sm:w-[44rem]"
        title={
          <span className="flex items-center gap-3">
            <Flag code={code} />
            {countryName(code)}
          </span>
        }
        description={SOURCES[source].words}
      >
        {code === 'other' ? (
          <p className="text-ink-muted">
            These are the countries that have too few clients to be named; the settings say how few.
          </p>
        ) : (
          <HistoryCharts
            of={{ country: code, source: source === 'tracker' ? 'tracker' : 'stations' }}
            range={range}
          />
        )}
      </DialogContent>
    </Dialog>
  );
}

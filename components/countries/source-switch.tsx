import type { CountriesReport, CountrySource } from '../../lib/contract/countries.ts';
import { cn } from '../ui/cn.ts';
import { SOURCES } from './country-words.ts';

/** Whose word it is. Sources that have nothing to say are shown with the reason, and cannot be chosen. */
export function SourceSwitch({
  report,
  onChange,
}: {
  report: CountriesReport;
  onChange: (source: CountrySource) => void;
}) {
  const chosen = report.sources.find(({ source }) => source === report.source);
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="sr-only">Whose figures</legend>
      <div className="grid gap-2 sm:grid-cols-3">
        {report.sources.map(({ source, available, note }) => {
          const current = source === report.source;
          return (
            <button
              key={source}
              type="button"
              aria-pressed={current}
              disabled={!available && !current}
              onClick={() => onChange(source)}
              className={cn(
                'flex flex-col gap-0.5 rounded-xl border bg-surface px-4 py-3 text-left transition-colors enabled:hover:bg-sunken disabled:bg-transparent',
                current && 'border-accent bg-accent-soft enabled:hover:bg-accent-soft',
              )}
            >
              <span className={cn('font-medium', !available && 'text-ink-muted')}>
                {SOURCES[source].label}
              </span>
              <span className="text-ink-muted text-sm">
                {available ? SOURCES[source].words : (note ?? 'Has nothing to show.')}
              </span>
            </button>
          );
        })}
      </div>
      {chosen?.note && chosen.available ? <p className="text-ink-muted text-sm">{chosen.note}</p> : null}
    </fieldset>
  );
}

import { listLegacyCountries } from '../../db/legacy-countries.ts';
import type { CountriesReport, CountrySource } from '../../lib/contract/countries.ts';
import type { CountryTotals } from '../../lib/history/by-name.ts';
import { inOrder, legacyRows, type Rows, rangeRows, stationRows, trackerRows } from './rows.ts';
import type { CountriesService, CountriesServiceOptions } from './service.ts';
import { describeSources } from './sources.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** What happened today is read this often; every open page asks every few seconds. */
const FRESH_MS = 5000;

export function createCountriesService({
  db,
  now,
  live,
  tracker,
}: CountriesServiceOptions): CountriesService {
  const recent = new Map<string, { at: number; totals: CountryTotals }>();

  /** The last `ms`, or since midnight (UTC), read once for all who ask. */
  function lately(source: 'stations' | 'tracker', what: 'today' | 'minute'): CountryTotals {
    const key = `${source} ${what}`;
    const known = recent.get(key);
    if (known !== undefined && now() - known.at < FRESH_MS && now() >= known.at) return known.totals;
    const to = now() + 1;
    const from = what === 'minute' ? to - MINUTE_MS : Math.floor(now() / DAY_MS) * DAY_MS;
    const totals = live.past.countries(source, { from, to });
    recent.set(key, { at: now(), totals });
    return totals;
  }

  async function rowsNow(source: CountrySource): Promise<Rows> {
    if (source === 'legacy') return legacyRows(listLegacyCountries(db));
    const today = lately(source, 'today');
    if (source === 'tracker') return trackerRows(tracker.latest(), today);
    const { countries } = await live.current();
    return stationRows(countries, today, lately('stations', 'minute'));
  }

  function describe() {
    return describeSources({
      stations: live.reportsCountries(),
      recorded: live.recordedSources(),
      tracker: tracker.state(),
      hasLegacy: listLegacyCountries(db).length > 0,
    });
  }

  return {
    sources: describe,
    async report({ source: asked, from, to }) {
      const { foldBelow } = tracker.settings();
      const sources = describe();
      const source = asked ?? sources.find(({ available }) => available)?.source ?? 'stations';
      const answer = (rows: Rows, range: { from: number; to: number } | null): CountriesReport => ({
        at: now(),
        source,
        from: range?.from ?? null,
        to: range?.to ?? null,
        sources,
        foldBelow,
        ...inOrder(rows, foldBelow),
      });
      if (from === undefined || to === undefined || source === 'legacy')
        return answer(await rowsNow(source), null);
      const { plan, ...totals } = live.past.countries(source, { from, to });
      return answer(rangeRows(source, totals), { from: plan.from * 1000, to: plan.to * 1000 });
    },
  };
}

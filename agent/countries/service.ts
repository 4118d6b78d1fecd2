/** Whom the fleet serves, by every source that knows; and the same figures for those who scrape them. */
import type { CountriesReport } from '../../lib/contract/countries.ts';
import type { Parsed } from '../../lib/contract/operations.ts';
import type { CoreDeps } from '../deps.ts';
import type { LiveService } from '../live/service.ts';
import type { TrackerService } from '../tracker/service.ts';

export interface CountriesService {
  /** Every source, in the order of truth. */
  sources(): CountriesReport['sources'];
  /** @throws AppError invalid_input for a range that is none */
  report(query: Parsed<'countries.get'>): Promise<CountriesReport>;
}

export interface CountriesServiceOptions extends CoreDeps {
  live: LiveService;
  tracker: TrackerService;
}

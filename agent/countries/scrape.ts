/** Lets a scraper in: one token at a time, kept as a hash, shown once. */
import { timingSafeEqual } from 'node:crypto';
import { getScrapeToken, saveScrapeToken } from '../../db/history-settings.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { CoreDeps } from '../deps.ts';
import type { LiveService } from '../live/service.ts';
import { newToken, sha256 } from '../token.ts';
import type { TrackerService } from '../tracker/service.ts';
import { toExposition } from './exposition.ts';
import type { CountriesService } from './service.ts';

export interface Scraping {
  state(): { enabled: boolean; createdAt: number | null };
  createToken(actor: string): { token: string };
  removeToken(actor: string): void;
  /** @param token undefined: root asks. @throws AppError unauthenticated */
  scrape(token: string | undefined, isRoot: boolean): Promise<string>;
}

export function createScraping({
  db,
  now,
  activity,
  live,
  tracker,
  countries,
  version,
}: Pick<CoreDeps, 'db' | 'now' | 'activity'> & {
  live: LiveService;
  tracker: TrackerService;
  countries: CountriesService;
  version: string;
}): Scraping {
  function check(token: string | undefined): void {
    const known = getScrapeToken(db);
    const given = Buffer.from(sha256(token ?? ''));
    if (known === null || token === undefined || !timingSafeEqual(given, Buffer.from(known.hash)))
      throw new AppError('unauthenticated', {
        message: 'This token may not read the figures.',
        remedy: 'Make one on the page Settings, and give it to Prometheus as `authorization: credentials`.',
      });
  }

  function ofSources() {
    const from = 0;
    return Promise.all(
      countries
        .sources()
        .filter(({ source, available }) => available && source !== 'legacy')
        .map(async ({ source }) => ({
          now: await countries.report({ source }),
          ever: await countries.report({ source, from, to: now() }),
        })),
    );
  }

  return {
    state() {
      const token = getScrapeToken(db);
      return { enabled: token !== null, createdAt: token?.createdAt ?? null };
    },
    createToken(actor) {
      const token = newToken();
      saveScrapeToken(db, { hash: sha256(token), createdAt: now() }, now());
      activity.record({
        actor,
        action: 'metrics.createToken',
        summary: 'Made a token for scraping figures',
        outcome: 'ok',
      });
      return { token };
    },
    removeToken(actor) {
      saveScrapeToken(db, null, now());
      activity.record({
        actor,
        action: 'metrics.removeToken',
        summary: 'Removed the token for scraping figures',
        outcome: 'ok',
      });
    },
    async scrape(token, isRoot) {
      if (!isRoot) check(token);
      const series = live.past.series({ from: 0, to: now(), maxPoints: 2 });
      const sum = (column: readonly (number | null)[]) =>
        column.reduce<number>((total, value) => total + (value ?? 0), 0);
      return toExposition({
        version,
        snapshot: await live.current(),
        fleetBytes: { uploaded: sum(series.uploadedBytes), downloaded: sum(series.downloadedBytes) },
        countries: await ofSources(),
        tracker: tracker.state(),
        history: live.historyState(),
      });
    },
  };
}

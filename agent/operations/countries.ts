import type { Handlers } from './handler.ts';

/** Whom the fleet serves, and what watches for it. */
export const countryOperations: Handlers<
  | 'countries.get'
  | 'metrics.createToken'
  | 'metrics.get'
  | 'metrics.removeToken'
  | 'metrics.scrape'
  | 'tracker.configure'
  | 'tracker.get'
> = {
  'countries.get': ({ countries }, input) => countries.report(input),
  'metrics.createToken': ({ scraping }, _input, { actor }) => scraping.createToken(actor),
  'metrics.get': ({ scraping }) => scraping.state(),
  'metrics.removeToken': ({ scraping }, _input, { actor }) => {
    scraping.removeToken(actor);
    return { ok: true };
  },
  'metrics.scrape': async ({ scraping }, { token }, { actor }) => ({
    text: await scraping.scrape(token, actor === 'root'),
  }),
  'tracker.configure': ({ tracker }, input, { actor }) => tracker.configure(input, actor),
  'tracker.get': ({ tracker }) => tracker.state(),
};

import { AppError } from '../../lib/contract/errors.ts';
import type { Handlers } from './handler.ts';

const later = () => {
  throw new AppError('internal', { message: 'Not there yet.' });
};

export const countryOperations: Handlers<
  | 'countries.get'
  | 'history.configure'
  | 'history.export'
  | 'history.get'
  | 'history.lines'
  | 'metrics.createToken'
  | 'metrics.get'
  | 'metrics.removeToken'
  | 'metrics.scrape'
  | 'tracker.configure'
  | 'tracker.get'
> = {
  'countries.get': later,
  'history.configure': later,
  'history.export': later,
  'history.get': later,
  'history.lines': later,
  'metrics.createToken': later,
  'metrics.get': later,
  'metrics.removeToken': later,
  'metrics.scrape': later,
  'tracker.configure': later,
  'tracker.get': later,
};

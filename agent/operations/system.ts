import type { Handlers } from './handler.ts';

/** The host below the fleet. */
export const systemOperations: Handlers<'doctor.get' | 'tuning.apply' | 'tuning.get' | 'tuning.revert'> = {
  'doctor.get': ({ doctor }) => doctor.report(),
  'tuning.apply': ({ tuning }, _input, { actor }) => tuning.apply(actor),
  'tuning.get': ({ tuning }) => tuning.report(),
  'tuning.revert': ({ tuning }, _input, { actor }) => tuning.revert(actor),
};

import { readCapacity } from '../capacity/create.ts';
import type { Handlers } from './handler.ts';

/** The host below the fleet. */
export const systemOperations: Handlers<
  | 'capacity.get'
  | 'doctor.get'
  | 'firewall.apply'
  | 'firewall.get'
  | 'firewall.revert'
  | 'tuning.apply'
  | 'tuning.get'
  | 'tuning.revert'
> = {
  'capacity.get': ({ live }, { linkMbps }) => readCapacity(live, linkMbps),
  'doctor.get': ({ doctor }, { reuseProbe }) => doctor.report(reuseProbe),
  'firewall.apply': ({ firewall }, { enable }, { actor }) => firewall.apply(enable, actor),
  'firewall.get': ({ firewall }) => firewall.report(),
  'firewall.revert': ({ firewall }, _input, { actor }) => firewall.revert(actor),
  'tuning.apply': ({ tuning }, _input, { actor }) => tuning.apply(actor),
  'tuning.get': ({ tuning }) => tuning.report(),
  'tuning.revert': ({ tuning }, _input, { actor }) => tuning.revert(actor),
};

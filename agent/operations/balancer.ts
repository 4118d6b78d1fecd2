import type { Handlers } from './handler.ts';

export const balancerOperations: Handlers<
  | 'balancer.apply'
  | 'balancer.backup'
  | 'balancer.configure'
  | 'balancer.get'
  | 'balancer.reload'
  | 'balancer.restore'
  | 'balancer.stop'
  | 'balancer.test'
  | 'balancer.traffic'
> = {
  'balancer.apply': ({ balancer }, _input, { actor }) => balancer.apply(actor),
  'balancer.backup': ({ balancer }, { id }) => balancer.backup(id),
  'balancer.configure': ({ balancer }, input, { actor }) => balancer.configure(input, actor),
  'balancer.get': ({ balancer }) => balancer.detail(),
  'balancer.reload': ({ balancer }, _input, { actor }) => balancer.reload(actor),
  'balancer.restore': ({ balancer }, { id }, { actor }) => balancer.restore(id, actor),
  'balancer.stop': async ({ balancer }) => {
    await balancer.stop();
    return { ok: true };
  },
  'balancer.test': ({ balancer }) => balancer.test(),
  'balancer.traffic': ({ balancer }) => balancer.traffic(),
};

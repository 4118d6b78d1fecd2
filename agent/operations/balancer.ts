import type { Handlers } from './handler.ts';

export const balancerOperations: Handlers<'balancer.configure' | 'balancer.get' | 'balancer.stop'> = {
  'balancer.configure': ({ balancer }, input, { actor }) => balancer.configure(input, actor),
  'balancer.get': ({ balancer }) => balancer.detail(),
  'balancer.stop': async ({ balancer }) => {
    await balancer.stop();
    return { ok: true };
  },
};

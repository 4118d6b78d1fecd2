import type { BalancerTraffic } from '../../lib/contract/balancer.ts';

export interface UpstreamProps {
  station: BalancerTraffic['stations'][number];
}

/** Every answer brings new objects, mostly with the old figures: a row is drawn again when one of them changed. */
export function sameUpstream({ station: a }: UpstreamProps, { station: b }: UpstreamProps): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

import type { Metadata } from 'next';
import { BalancerPage } from '../../../components/balancer/balancer-page.tsx';
import { applyBalancer, reloadBalancer, restoreBalancer } from '../../_server/actions.ts';

export const metadata: Metadata = { title: 'Balancer' };

export default function Page() {
  return (
    <BalancerPage actions={{ apply: applyBalancer, reload: reloadBalancer, restore: restoreBalancer }} />
  );
}

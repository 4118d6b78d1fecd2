import type { Metadata } from 'next';
import { SystemPage } from '../../../components/system/system-page.tsx';
import {
  applyBalancer,
  applyFirewall,
  applyTuning,
  revertFirewall,
  revertTuning,
} from '../../_server/actions.ts';

export const metadata: Metadata = { title: 'System' };

export default function Page() {
  const firewall = { apply: applyFirewall, revert: revertFirewall };
  return <SystemPage actions={{ applyBalancer, applyTuning, revertTuning, firewall }} />;
}
